# requires: PIL>=10
# Pillow: drawing shapes and text, saving in several formats, reading them back and comparing pixels.
import io

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFont

picture = Image.new("RGB", (120, 80), "white")
draw = ImageDraw.Draw(picture)
draw.rectangle((10, 10, 50, 40), fill="red", outline="black")
draw.ellipse((60, 10, 110, 60), fill=(0, 0, 255))
draw.line([(0, 79), (119, 79)], fill="#00ff00", width=1)
draw.polygon([(20, 50), (40, 70), (5, 70)], fill="yellow")
draw.text((60, 62), "Hi", fill="black", font=ImageFont.load_default())
print(picture.size, picture.mode, picture.getpixel((30, 25)))
print(picture.getpixel((85, 35)), picture.getpixel((0, 79)), picture.getpixel((20, 65)))
print(picture.getpixel((10, 10)), ImageColor.getrgb("hsl(120, 100%, 50%)"), picture.getbbox(), draw.textlength("Hi") > 5)

for form in ("PNG", "BMP", "GIF", "TIFF", "PPM", "TGA", "PCX"):
    buffer = io.BytesIO()
    picture.save(buffer, form)
    buffer.seek(0)
    back = Image.open(buffer)
    back.load()
    difference = ImageChops.difference(picture, back.convert("RGB"))
    print(f"{form:<5}{back.format:<5}{back.size} {buffer.getvalue()[:3]!r:<18}{difference.getbbox()}")

grey = picture.convert("L")
print(grey.getpixel((30, 25)), grey.getpixel((85, 35)), grey.getextrema())
print(sum(grey.histogram()) == 120 * 80, len(picture.getcolors(maxcolors=10000)) > 5)
clear = Image.new("RGBA", (4, 4), (255, 0, 0, 128))
blue = Image.new("RGBA", (4, 4), (0, 0, 255, 255))
print(Image.alpha_composite(blue, clear).getpixel((0, 0)))
print(Image.blend(blue, clear, 0.5).getpixel((1, 1)), clear.getchannel("A").getpixel((0, 0)))
palette = picture.quantize(8)
print(palette.mode, len(palette.getcolors()) <= 8, picture.convert("1").mode)
print([band.size for band in picture.split()][0], Image.merge("RGB", picture.split()).tobytes() == picture.tobytes())
try:
    Image.open(io.BytesIO(b"not an image"))
except Image.UnidentifiedImageError as exc:
    print("UnidentifiedImageError:", "cannot identify" in str(exc))

#=> (120, 80) RGB (255, 0, 0)
#=> (0, 0, 255) (0, 255, 0) (255, 255, 0)
#=> (0, 0, 0) (0, 255, 0) (0, 0, 120, 80) True
#=> PNG  PNG  (120, 80) b'\x89PN'         None
#=> BMP  BMP  (120, 80) b'BM\xb6'         None
#=> GIF  GIF  (120, 80) b'GIF'            None
#=> TIFF TIFF (120, 80) b'II*'            None
#=> PPM  PPM  (120, 80) b'P6\n'           None
#=> TGA  TGA  (120, 80) b'\x00\x00\x02'   None
#=> PCX  PCX  (120, 80) b'\n\x05\x01'     None
#=> 76 29 (0, 255)
#=> True True
#=> (128, 0, 127, 255)
#=> (127, 0, 127, 191) 128
#=> P True 1
#=> (120, 80) True
#=> UnidentifiedImageError: True
