# Logging: levels, hierarchies, handlers, formatters, filters, exceptions and dictConfig, all deterministic.
import io
import json
import logging
import logging.config
import logging.handlers
import tempfile
from pathlib import Path

stream = io.StringIO()
handler = logging.StreamHandler(stream)
handler.setFormatter(logging.Formatter("%(levelname)-7s %(name)s:%(lineno)d %(message)s"))
root = logging.getLogger("shop")
root.setLevel(logging.INFO)
root.propagate = False
root.addHandler(handler)
cart = logging.getLogger("shop.cart")
cart.debug("hidden")
cart.info("added %d of %r", 2, "tea")
cart.setLevel(logging.DEBUG)
cart.debug("now shown %(user)s", {"user": "ada"})
cart.addFilter(lambda record: "secret" not in record.getMessage())
cart.warning("the secret is 1234")
try:
    1 / 0
except ZeroDivisionError:
    cart.exception("division failed")
lines = stream.getvalue().splitlines()
print(*lines[:3], sep="\n")
print(lines[3].startswith("Traceback"), lines[-1], cart.getEffectiveLevel(), cart.parent is root, root.isEnabledFor(10))


class Json(logging.Formatter):
    def format(self, record):
        return json.dumps({"level": record.levelname.lower(), "text": record.getMessage(), "order": record.order})


memory = logging.handlers.MemoryHandler(100, flushLevel=logging.ERROR, target=handler)
handler.setFormatter(Json())
stream.truncate(stream.seek(0))
root.handlers = [memory]
root.info("first", extra={"order": 7})
print(repr(stream.getvalue()), len(memory.buffer))
logging.LoggerAdapter(root, {"order": 8}).error("second %s", "time")
print(stream.getvalue().splitlines(), len(memory.buffer))
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "app.log")
    logging.config.dictConfig({
        "version": 1, "disable_existing_loggers": False,
        "formatters": {"short": {"format": "{levelname[0]} {message}", "style": "{"}},
        "handlers": {"file": {"class": "logging.handlers.RotatingFileHandler", "filename": path, "maxBytes": 60,
                              "backupCount": 2, "formatter": "short"}},
        "loggers": {"app": {"level": "WARNING", "handlers": ["file"]}}})
    for number in range(8):
        logging.getLogger("app").warning("event number %d", number)
    logging.getLogger("app").info("not written")
    for handler in logging.getLogger("app").handlers:
        handler.close()
    print({p.name: len(p.read_text().splitlines()) for p in sorted(Path(folder).iterdir())}, path.read_text().split()[-1])
print(logging.getLevelName(30), logging.getLevelName("ERROR"))
print(logging.INFO, logging.getLogger("a.b") is logging.getLogger("a.b"))

#=> INFO    shop.cart:19 added 2 of 'tea'
#=> DEBUG   shop.cart:21 now shown ada
#=> ERROR   shop.cart:27 division failed
#=> True ZeroDivisionError: division by zero 10 True False
#=> '' 1
#=> ['{"level": "info", "text": "first", "order": 7}', '{"level": "error", "text": "second time", "order": 8}'] 0
#=> {'app.log': 2, 'app.log.1': 3, 'app.log.2': 3} 7
#=> WARNING 40
#=> 20 True
