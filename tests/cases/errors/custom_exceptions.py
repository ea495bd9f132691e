# A hierarchy of custom exceptions with attributes, notes, a class-based handler table and attribute access.


class ApiError(Exception):
    status = 500

    def __init__(self, message, **details):
        super().__init__(message)
        self.details = details

    def __str__(self):
        extra = ", ".join(f"{key}={value!r}" for key, value in self.details.items())
        return f"{self.status} {self.args[0]}" + (f" ({extra})" if extra else "")


class NotFound(ApiError):
    status = 404


class RateLimited(ApiError):
    status = 429

    @property
    def wait(self):
        return self.details.get("retry_after", 1) * 2


def call(path):
    if path == "/busy":
        raise RateLimited("slow down", retry_after=3)
    if path != "/":
        raise NotFound("no such page", path=path)
    return "welcome"


for path in ("/", "/busy", "/gone"):
    try:
        print(call(path))
    except RateLimited as exc:
        print(exc, "| wait", exc.wait)
    except ApiError as exc:
        exc.add_note("look at the index")
        print(type(exc).__name__, exc, exc.__notes__, exc.args, isinstance(exc, LookupError))

print([cls.__name__ for cls in NotFound.__mro__])
call("/final")

#=> welcome
#=> 429 slow down (retry_after=3) | wait 6
#=> NotFound 404 no such page (path='/gone') ['look at the index'] ('no such page',) False
#=> ['NotFound', 'ApiError', 'Exception', 'BaseException', 'object']
#! NotFound: 404 no such page (path='/final')
#@ 46, 32
