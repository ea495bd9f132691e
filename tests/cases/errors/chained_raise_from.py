# Chained exceptions: an explicit cause with raise from, an implicit context, and from None hiding it.


class ConfigError(Exception):
    pass


def read_port(config):
    try:
        return int(config["port"])
    except KeyError as exc:
        raise ConfigError("port is not set") from exc
    except ValueError:
        raise ConfigError("port is not a number") from None


def cleanup_fails():
    try:
        [][1]
    except IndexError:
        {}["other"]


for config in ({"port": "80"}, {}, {"port": "http"}):
    try:
        print(read_port(config))
    except ConfigError as exc:
        print(exc, "| cause:", repr(exc.__cause__), "| context:", repr(exc.__context__), "|", exc.__suppress_context__)

try:
    cleanup_fails()
except KeyError as exc:
    print(repr(exc), "while handling", repr(exc.__context__), exc.__cause__)

read_port({})

#=> 80
#=> port is not set | cause: KeyError('port') | context: KeyError('port') | True
#=> port is not a number | cause: None | context: ValueError("invalid literal for int() with base 10: 'http'") | True
#=> KeyError('other') while handling IndexError('list index out of range') None
#! ConfigError: port is not set
#@ 35, 12
