# Executes source with NUL in it, source that is no text, and source that is not its encoding.
for source in ("x = 1\0y = 2", "\0", b"x = 1\0", b"\xff\xfe", b"# coding: utf-7\n+AAA-", b"# coding: evil\n", "\ud800", b"\xef\xbb\xbfx = 1", "x = '\x1a'", "\f\v", "# coding: rot13\nk = 1", b"# coding: idna\nx", "\u202e x = 1", "x\u2028= 1"):
    try:
        exec(source, {})
        print("run")
    except (SyntaxError, ValueError, UnicodeError, LookupError, TypeError, NameError) as error:
        print(type(error).__name__)
#=> SyntaxError
#=> SyntaxError
#=> SyntaxError
#=> SyntaxError
#=> run
#=> SyntaxError
#=> UnicodeEncodeError
#=> run
#=> run
#=> SyntaxError
#=> run
#=> NameError
#=> SyntaxError
#=> SyntaxError
