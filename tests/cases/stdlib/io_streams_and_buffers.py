# Streams: text and byte buffers, newline handling, seeking, wrappers, custom raw streams and redirected stdout.
import contextlib
import io
import os
import tempfile

text = io.StringIO("one\r\ntwo\nthree", newline=None)
print(text.readlines(), text.tell(), text.seek(0), text.readline(), text.read(2), repr(text.getvalue()))
text.seek(0, io.SEEK_END)
print(text.write("!"), text.truncate(3), text.getvalue())
data = io.BytesIO(b"0123456789")
data.seek(-3, io.SEEK_END)
print(data.read(), data.seek(2), data.read1(3), data.getbuffer()[0], data.readinto(buffer := bytearray(4)), buffer)


class Numbers(io.RawIOBase):
    def __init__(self, limit):
        self.position, self.limit = 0, limit

    def readable(self):
        return True

    def readinto(self, target):
        size = min(len(target), self.limit - self.position, 7)
        target[:size] = bytes(48 + (self.position + i) % 10 for i in range(size))
        self.position += size
        return size


stream = io.BufferedReader(Numbers(25), buffer_size=10)
print(stream.peek(3)[:3], stream.read(12), stream.read(), stream.read(), stream.readable(), stream.writable())
with tempfile.TemporaryDirectory() as folder:
    path = os.path.join(folder, "file.txt")
    with open(path, "w", newline="\r\n", encoding="utf-8") as file:
        print("a", "ä", sep="\t", file=file)
        file.writelines(["b\n", "c"])
    with open(path, "rb") as file:
        print(file.read(), file.mode, os.fstat(file.fileno()).st_size)
    with open(path, encoding="utf-8") as file:
        print([line for line in file], repr(file.newlines), file.closed)
    with open(path, "r+b") as file:
        file.seek(2)
        file.write(b"XY")
        file.seek(0)
        print(file.readline(), file.tell())
    with open(path, "a+") as file:
        print(file.tell() > 0, file.write("end"), file.seek(0), file.read(1))
    with open(path, "ab") as file:
        print(type(file).__name__, type(file.raw).__name__, file.tell())
    for mode in ("x", "rw", "rb+t"):
        try:
            open(path, mode)
        except (FileExistsError, ValueError) as exc:
            print(type(exc).__name__, end="; ")
    print(file.closed)
with contextlib.redirect_stdout(io.StringIO()) as captured:
    print("captured", end="")
    print("!", flush=True)
wrapper = io.TextIOWrapper(io.BytesIO(), encoding="latin-1", errors="replace", write_through=True)
wrapper.write("é☃")
print(captured.getvalue().strip(), wrapper.buffer.getvalue(), wrapper.detach().closed)
try:
    io.BytesIO(b"x").write("text")
except TypeError as exc:
    print("TypeError:", exc)

#=> ['one\n', 'two\n', 'three'] 13 0 one
#=>  tw 'one\ntwo\nthree'
#=> 1 3 one
#=> b'789' 2 b'234' 48 4 bytearray(b'5678')
#=> b'012' b'012345678901' b'2345678901234' b'' True False
#=> b'a\t\xc3\xa4\r\nb\r\nc' rb 10
#=> ['a\tä\n', 'b\n', 'c'] '\r\n' False
#=> b'a\tXY\r\n' 6
#=> True 3 0 a
#=> BufferedWriter FileIO 13
#=> FileExistsError; ValueError; ValueError; True
#=> captured! b'\xe9?' False
#=> TypeError: a bytes-like object is required, not 'str'
