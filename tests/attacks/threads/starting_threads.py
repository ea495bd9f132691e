# Starts threads by every way there is. There are none, and each says so.
import _thread, asyncio, concurrent.futures, multiprocessing.pool, threading
for start in (lambda: threading.Thread(target=print).start(), lambda: threading.Timer(0, print).start(), lambda: _thread.start_new_thread(print, ()),
              lambda: _thread.start_joinable_thread(print), lambda: multiprocessing.pool.ThreadPool(2), lambda: threading._start_joinable_thread(print)):
    try:
        start()
        print("started")
    except (RuntimeError, TypeError, ImportError, OSError, AttributeError) as error:
        print(type(error).__name__)
print(threading.active_count(), threading.get_ident() == threading.main_thread().ident)
#=> RuntimeError
#=> RuntimeError
#=> RuntimeError
#=> RuntimeError
#=> AttributeError
#=> RuntimeError
#=> 1 True
