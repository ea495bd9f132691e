# INI files: sections, defaults, interpolation, converters, writing back and the errors of bad files.
import configparser
import io

TEXT = """
[DEFAULT]
base = /srv
retries = 3

[server]
host = example.test
port = 8080
debug = yes
root = ${base}/www
# a comment
allow =
    10.0.0.1
    10.0.0.2

[client:mobile]
timeout: 2.5
retries = 5 ; not a comment unless asked for
"""
config = configparser.ConfigParser(interpolation=configparser.ExtendedInterpolation(),
                                   converters={"list": lambda text: text.split()}, inline_comment_prefixes=(";",))
config.read_string(TEXT)
server = config["server"]
print(config.sections(), server["root"], server.getint("port") + 1, server.getboolean("debug"), server.getlist("allow"))
print(config.getfloat("client:mobile", "timeout"))
print(config["client:mobile"].getint("retries"), server.get("missing", "none"))
print("BASE" in server, dict(config["client:mobile"]))
print(config.has_option("server", "retries"), config.defaults()["retries"])

config["server"]["port"] = "9090"
config["new"] = {"colour": "red", "path": "${server:root}/new"}
config.remove_option("server", "allow")
out = io.StringIO()
config.write(out)
print([line for line in out.getvalue().splitlines() if "port" in line or "new" in line], config["new"]["path"])

plain = configparser.ConfigParser(allow_no_value=True, strict=False)
plain.optionxform = str
plain.read_string("[a]\nFlag\nX = 1\n[a]\nX = %(Y)s!\nY = 50%%")
print(dict(plain["a"]), plain.get("a", "X", raw=True), plain.read(["/no/such/file.ini"]))
for source in ("key = 1", "[a]\nx=1\nx=2", "[a]\nx = %(nope)s", "[a\nx=1", "[a]\nx = 1\n[a]\ny = 2"):
    try:
        broken = configparser.ConfigParser()
        broken.read_string(source)
        print(broken["a"]["x"])
    except configparser.Error as exc:
        print(type(exc).__name__)
try:
    config.getint("server", "host")
except ValueError as exc:
    print("ValueError:", exc)

#=> ['server', 'client:mobile'] /srv/www 8081 True ['10.0.0.1', '10.0.0.2']
#=> 2.5
#=> 5 none
#=> True {'timeout': '2.5', 'retries': '5', 'base': '/srv'}
#=> True 3
#=> ['port = 9090', '[new]', 'path = ${server:root}/new'] /srv/www/new
#=> {'Flag': None, 'X': '50%!', 'Y': '50%'} %(Y)s! []
#=> MissingSectionHeaderError
#=> DuplicateOptionError
#=> InterpolationMissingOptionError
#=> MissingSectionHeaderError
#=> DuplicateSectionError
#=> ValueError: invalid literal for int() with base 10: 'example.test'
