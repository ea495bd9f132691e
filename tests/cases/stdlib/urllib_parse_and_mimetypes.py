# URLs: splitting, joining, queries, quoting, building, and guessing the type of what they name.
import mimetypes
from urllib.parse import (parse_qs, parse_qsl, quote, quote_plus, unquote, unquote_plus, urldefrag, urlencode, urljoin,
                          urlparse, urlsplit, urlunsplit)

url = urlsplit("https://ada:p%40ss@Example.test:8443/a/b%20c;v=1?q=tea+time&q=2&empty=#part-2")
print(url.scheme, url.hostname, url.port, url.username, url.password, url.path, url.query, url.fragment, url.netloc)
print(parse_qs(url.query), parse_qs(url.query, keep_blank_values=True)["empty"], parse_qsl("a=1&b=%C3%A9&a=3"))
print(urlunsplit(url._replace(netloc="cdn.test", query="", fragment="")))
print(urlparse("http://x/p;v=1").params, urldefrag("a#b")[:])
base = "http://host/a/b/c.html?x=1"
links = ("d.html", "../d", "/root", "//other/y", "?q=2", "#top", "http://z/", "./../../../up")
print([urljoin(base, link) for link in links])
print(quote("a b/ü&?"), quote("a/b", safe=""), quote_plus("a b&c=d"))
print(unquote("%E2%98%83%20+"), unquote_plus("a+b%2B"), unquote("%zz"))
print(urlencode({"q": "caf\u00e9 & co", "page": 2}), urlencode([("t", ["a", "b"]), ("x", None)], doseq=True))
print(urlsplit("mailto:ada@x.test").path, urlsplit("//host/path").netloc)
print(urlsplit("path/only?x").path, urlsplit("http://[::1]:80/").hostname)


def canonical(text):
    parts = urlsplit(text.strip())
    query = urlencode(sorted((k, v) for k, v in parse_qsl(parts.query) if not k.startswith("utm_")))
    port = f":{parts.port}" if parts.port and parts.port != {"http": 80, "https": 443}.get(parts.scheme) else ""
    return urlunsplit((parts.scheme, (parts.hostname or "") + port, parts.path.rstrip("/") or "/", query, ""))


print(canonical(" HTTP://Shop.Test:80/tea/?b=2&utm_source=x&a=1#reviews"), canonical("https://x.test:8443"))
for wrong in ("http://host:99999/", "http://[::1/", "http://host:abc/"):
    try:
        print(urlsplit(wrong).port)
    except ValueError as exc:
        print("ValueError:", wrong)
types = mimetypes.MimeTypes()
print([types.guess_type(name) for name in ("a.html", "b.tar.gz", "c.csv", "d.unknown", "http://x.test/e.png")])
types.add_type("text/x-birds", ".bird")
print(types.guess_type("gull.bird")[0], types.guess_extension("application/json"), types.guess_extension("text/x-birds"))

#=> https example.test 8443 ada p%40ss /a/b%20c;v=1 q=tea+time&q=2&empty= part-2 ada:p%40ss@Example.test:8443
#=> {'q': ['tea time', '2']} [''] [('a', '1'), ('b', 'é'), ('a', '3')]
#=> https://cdn.test/a/b%20c;v=1
#=> v=1 ('a', 'b')
#=> ['http://host/a/b/d.html', 'http://host/a/d', 'http://host/root', 'http://other/y', 'http://host/a/b/c.html?q=2', 'http://host/a/b/c.html?x=1#top', 'http://z/', 'http://host/up']
#=> a%20b/%C3%BC%26%3F a%2Fb a+b%26c%3Dd
#=> ☃ + a b+ %zz
#=> q=caf%C3%A9+%26+co&page=2 t=a&t=b&x=None
#=> ada@x.test host
#=> path/only ::1
#=> http://shop.test/tea?a=1&b=2 https://x.test:8443/
#=> ValueError: http://host:99999/
#=> ValueError: http://[::1/
#=> ValueError: http://host:abc/
#=> [('text/html', None), ('application/x-tar', 'gzip'), ('text/csv', None), (None, None), ('image/png', None)]
#=> text/x-birds .json .bird
