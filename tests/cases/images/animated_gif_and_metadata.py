# requires: PIL>=10
# Pillow: animated GIFs, multi-page TIFFs, EXIF and PNG text, frames, and icons from one picture.
import io
import tempfile
from pathlib import Path

from PIL import Image, ImageOps, ImageSequence, PngImagePlugin

frames = []
for step in range(4):
    frame = Image.new("RGB", (30, 10), "black")
    frame.paste("yellow", (step * 7, 2, step * 7 + 6, 8))
    frames.append(frame)
with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "moving.gif")
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=[100, 100, 200, 50], loop=0)
    with Image.open(path) as moving:
        print(moving.n_frames, moving.is_animated, moving.info["loop"], path.read_bytes()[:6])
        print([frame.info["duration"] for frame in ImageSequence.Iterator(moving)])
        moving.seek(2)
        print(moving.tell(), moving.convert("RGB").getpixel((16, 5)), moving.convert("RGB").getpixel((1, 5)))
        try:
            moving.seek(9)
        except EOFError as exc:
            print("EOFError:", exc)
    pages = Path(folder, "pages.tiff")
    frames[0].save(pages, save_all=True, append_images=frames[1:3], dpi=(150, 150))
    with Image.open(pages) as book:
        print(book.n_frames, [float(value) for value in book.info["dpi"]])
        print(book.format, sorted(Image.open(pages).tag_v2)[:2])

    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "Åda")
    info.add_itxt("Comment", "ein ☃", lang="de")
    frames[0].save(Path(folder, "note.png"), pnginfo=info, dpi=(72, 72))
    with Image.open(Path(folder, "note.png")) as noted:
        print(noted.text["Author"], noted.text["Comment"], [round(value) for value in noted.info["dpi"]])

    exif = Image.Exif()
    exif[0x010E] = "a moving square"
    exif[0x0112] = 6
    frames[0].save(Path(folder, "photo.png"), exif=exif)
    with Image.open(Path(folder, "photo.png")) as photo:
        tags = photo.getexif()
        print(tags[0x010E], tags[0x0112], photo.size, ImageOps.exif_transpose(photo).size)
    icon = Path(folder, "app.ico")
    frames[1].resize((64, 64)).save(icon, sizes=[(16, 16), (32, 32)])
    print(sorted(Image.open(icon).info["sizes"]), Image.open(icon).format)
    sheet = Image.new("RGB", (30 * 2, 10 * 2))
    for number, frame in enumerate(frames):
        sheet.paste(frame, (30 * (number % 2), 10 * (number // 2)))
    print(sheet.size, sheet.getpixel((30 + 9, 5)), sheet.crop((0, 10, 30, 20)).tobytes() == frames[2].tobytes())
    broken = Path(folder, "broken.png")
    broken.write_bytes(Path(folder, "note.png").read_bytes()[:-40])
    try:
        Image.open(broken).load()
    except OSError as exc:
        print("OSError:", exc)

#=> 4 True 0 b'GIF89a'
#=> [100, 100, 200, 50]
#=> 2 (255, 255, 0) (0, 0, 0)
#=> EOFError: attempt to seek outside sequence
#=> 3 [150.0, 150.0]
#=> TIFF [256, 257]
#=> Åda ein ☃ [72, 72]
#=> a moving square 6 (30, 10) (10, 30)
#=> [(16, 16), (32, 32)] ICO
#=> (60, 20) (255, 255, 0) True
#=> OSError: image file is truncated
