# HTTP in memory: status codes, cookies, header parsing, a WSGI application called directly, and XML-RPC messages.
import io
import xmlrpc.client
from datetime import datetime
from http import HTTPMethod, HTTPStatus, cookies
from http.client import HTTPResponse, parse_headers
from urllib.parse import parse_qs
from urllib.request import Request
from wsgiref.headers import Headers
from wsgiref.util import setup_testing_defaults
from wsgiref.validate import validator

print(HTTPStatus(404).phrase, HTTPStatus.OK == 200, HTTPStatus.IM_A_TEAPOT.value)
print(HTTPStatus(201).name, HTTPMethod.PATCH.value)
jar = cookies.SimpleCookie("session=abc; theme=\"dark blue\"")
jar["lang"] = "en"
jar["lang"]["max-age"] = 60
jar["lang"]["httponly"] = True
print(sorted(jar), jar["theme"].value, jar["lang"].OutputString(), len(jar.output().splitlines()))
headers = parse_headers(io.BytesIO(b"Host: a.test\r\nAccept: x\r\nAccept: y\r\nX-Long: a\r\n b\r\n\r\n"))
print(headers["host"], headers.get_all("accept"), repr(headers["x-long"]), len(headers))


class FakeSocket:
    def __init__(self, data):
        self.data = data

    def makefile(self, mode):
        return io.BytesIO(self.data)


chunked = b"HTTP/1.1 200 Fine\r\nTransfer-Encoding: chunked\r\nX-A: 1\r\n\r\n4\r\nWiki\r\n6\r\npedia!\r\n0\r\n\r\n"
response = HTTPResponse(FakeSocket(chunked))
response.begin()
print(response.status, response.reason, response.getheader("x-a"), response.read(6), response.read(), response.isclosed())


@validator
def application(environ, start_response):
    size = int(environ.get("CONTENT_LENGTH") or 0)
    form = parse_qs(environ["wsgi.input"].read(size).decode()) if size else {}
    status = HTTPStatus.OK if environ["PATH_INFO"] == "/hello" else HTTPStatus.NOT_FOUND
    start_response(f"{status.value} {status.phrase}", [("Content-Type", "text/plain; charset=utf-8")])
    return [f"{environ['REQUEST_METHOD']} hello {form.get('name', ['you'])[0]}".encode()]


def call(path, method="GET", body=b""):
    environ = {"PATH_INFO": path, "SCRIPT_NAME": "", "QUERY_STRING": "", "REQUEST_METHOD": method}
    environ["CONTENT_LENGTH"] = str(len(body))
    environ["wsgi.input"] = io.BytesIO(body)
    setup_testing_defaults(environ)
    seen = []
    result = application(environ, lambda status, headers, error=None: seen.append(status) or (lambda data: None))
    text = b"".join(result)
    result.close()
    return seen[0], text


print(call("/hello"), call("/hello", "POST", b"name=Ada+King"), call("/none")[0])
answer = Headers([("Content-Type", "text/html")])
answer.add_header("Content-Disposition", "attachment", filename="a b.txt")
print(str(answer).strip().splitlines())
request = Request("http://user.test/a?b=1", data=b"x=1", headers={"x-key": "v"}, method="PUT")
print(request.get_method(), request.host, request.selector, request.header_items(), request.full_url)
wire = xmlrpc.client.dumps((1, "é", [True, None], {"k": 2.5}, datetime(2024, 2, 29, 10)), "add", allow_none=True)
print(xmlrpc.client.loads(wire, use_builtin_types=True))

#=> Not Found True 418
#=> CREATED PATCH
#=> ['lang', 'session', 'theme'] dark blue lang=en; HttpOnly; Max-Age=60 3
#=> a.test ['x', 'y'] 'a\r\n b' 4
#=> 200 Fine 1 b'Wikipe' b'dia!' True
#=> ('200 OK', b'GET hello you') ('200 OK', b'POST hello Ada King') 404 Not Found
#=> ['Content-Type: text/html', 'Content-Disposition: attachment; filename="a b.txt"']
#=> PUT user.test /a?b=1 [('X-key', 'v')] http://user.test/a?b=1
#=> ((1, 'é', [True, None], {'k': 2.5}, datetime.datetime(2024, 2, 29, 10, 0)), 'add')
