CREATE TYPE mood AS ENUM ('sad', 'happy');

CREATE DOMAIN cents AS bigint CHECK (VALUE >= 0);

CREATE TABLE customers (id int PRIMARY KEY, name text NOT NULL, mood mood);

COMMENT ON TABLE customers IS 'Whoever has bought something.';

CREATE TABLE orders (id bigint PRIMARY KEY, customer int NOT NULL REFERENCES customers (id), total numeric(20, 2), paid cents, ordered timestamptz, picture bytea);

COMMENT ON COLUMN orders.total IS 'In euros.';

CREATE TABLE secrets (text text);

CREATE VIEW totals AS SELECT name, sum(total) AS total FROM customers JOIN orders ON customer = customers.id GROUP BY name;

INSERT INTO customers VALUES (1, 'Ada', 'happy'), (2, 'Grace', NULL);

INSERT INTO orders VALUES (1, 1, 12345678901234567.89, 5, '2024-02-29 12:00:00+02', '\x00ff'), (2, 2, NULL, NULL, 'infinity', NULL);

INSERT INTO secrets VALUES ('nobody may read this');

CREATE FUNCTION buy() RETURNS bigint LANGUAGE plpgsql AS $$ BEGIN INSERT INTO orders VALUES (9, 1); RETURN 9; END $$;

CREATE FUNCTION buy_as_owner() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN INSERT INTO orders VALUES (9, 1); RETURN 9; END $$;

CREATE SEQUENCE numbers;

ANALYZE;

CREATE ROLE reader LOGIN PASSWORD 'PASSWORD_OF_THE_TESTS';

CREATE ROLE writer LOGIN PASSWORD 'PASSWORD_OF_THE_TESTS';

CREATE ROLE files LOGIN PASSWORD 'PASSWORD_OF_THE_TESTS' IN ROLE pg_read_server_files;

GRANT SELECT ON customers, orders, totals TO reader, files;

GRANT ALL ON ALL TABLES IN SCHEMA public TO writer;

GRANT ALL ON SEQUENCE numbers TO writer;

