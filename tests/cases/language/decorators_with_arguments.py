# Decorators that take arguments: retrying, tracing with a prefix, and their stacking order.
import functools


def retry(times, on=Exception):
    def decorate(func):
        @functools.wraps(func)
        def wrapper(*args, **kwargs):
            for attempt in range(1, times + 1):
                try:
                    return func(*args, **kwargs)
                except on as exc:
                    print(f"  attempt {attempt} failed: {exc}")
                    if attempt == times:
                        raise
        return wrapper
    return decorate


def trace(prefix):
    def decorate(func):
        @functools.wraps(func)
        def wrapper(*args, **kwargs):
            print(prefix, func.__name__, args, kwargs)
            result = func(*args, **kwargs)
            print(prefix, "->", result)
            return result
        return wrapper
    return decorate


@trace("outer")
@trace("inner")
@retry(times=3, on=ConnectionError)
def fetch(url, *, replies):
    """Pretend to fetch a page."""
    reply = replies.pop(0)
    if reply is None:
        raise ConnectionError(f"{url} refused")
    return reply


fetch("example.test", replies=[None, None, "200 OK"])
print(fetch.__name__, "|", fetch.__doc__)

#=> outer fetch ('example.test',) {'replies': [None, None, '200 OK']}
#=> inner fetch ('example.test',) {'replies': [None, None, '200 OK']}
#=>   attempt 1 failed: example.test refused
#=>   attempt 2 failed: example.test refused
#=> inner -> 200 OK
#=> outer -> 200 OK
#=> fetch | Pretend to fetch a page.
