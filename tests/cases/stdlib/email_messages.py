# Email: composing with attachments and alternatives, parsing, headers with other alphabets, and addresses.
import email
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, getaddresses, parseaddr, parsedate_to_datetime
from datetime import datetime, timezone

message = EmailMessage()
message["Subject"] = "Grüße from the 測試 team"
message["From"] = Address("Ada Lovelace", "ada", "example.test")
message["To"] = "bob@example.test, Carol <carol@example.test>"
message["Date"] = format_datetime(datetime(2024, 3, 1, 12, 30, tzinfo=timezone.utc))
message.set_content("Hello,\n\nsee the table.\n")
message.add_alternative("<p>Hello, see the <b>table</b>.</p>", subtype="html")
message.add_attachment(b"a,b\n1,2\n", maintype="text", subtype="csv", filename="table é.csv")
wire = message.as_bytes()
print(b"=?utf-8?" in wire, b"multipart/mixed" in wire, wire.count(b"Content-Type:"))

parsed = email.message_from_bytes(wire, policy=policy.default)
print(parsed["subject"], "|", parsed["from"].addresses[0].display_name)
print("|", [a.addr_spec for a in parsed["to"].addresses])
print([part.get_content_type() for part in parsed.walk()])
print(repr(parsed.get_body(("plain",)).get_content()), parsed.get_body(("html",)).get_content().strip())
for part in parsed.iter_attachments():
    print(part.get_filename(), part.get_content_type(), part.get_payload(decode=True))
print(parsed["date"].datetime.isoformat(), parsedate_to_datetime("Fri, 01 Mar 2024 12:30:00 +0200").utcoffset())

raw = """Received: from a
Received: from b
From: =?iso-8859-1?q?Andr=E9?= <andre@example.test>
Subject: folded
 over two lines
Content-Type: text/plain; charset="iso-8859-1"; format=flowed
Content-Transfer-Encoding: quoted-printable

caf=E9 =
au lait
"""
old = email.message_from_string(raw, policy=policy.default)
print(old.get_all("received"), old["from"], "|", old["subject"], "|", old.get_content().strip())
print(old.get_content_charset(), old["content-type"].params["format"], "x-none" in old, old.get("x-none", "none"))
print(parseaddr("Bob B. <bob@x.test>"), formataddr(("Bob, B.", "bob@x.test")))
print(getaddresses(["a@x.test, Carl <c@x.test>", '"Last, First" <f@x.test>']))

#=> True True 5
#=> Grüße from the 測試 team | Ada Lovelace
#=> | ['bob@example.test', 'carol@example.test']
#=> ['multipart/mixed', 'multipart/alternative', 'text/plain', 'text/html', 'text/csv']
#=> 'Hello,\n\nsee the table.\n' <p>Hello, see the <b>table</b>.</p>
#=> table é.csv text/csv b'a,b\n1,2\n'
#=> 2024-03-01T12:30:00+00:00 2:00:00
#=> ['from a', 'from b'] André <andre@example.test> | folded over two lines | café au lait
#=> iso-8859-1 flowed False none
#=> ('Bob B.', 'bob@x.test') "Bob, B." <bob@x.test>
#=> [('', 'a@x.test'), ('Carl', 'c@x.test'), ('Last, First', 'f@x.test')]
