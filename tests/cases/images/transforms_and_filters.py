# requires: PIL>=10
# Pillow: resizing, cropping, rotating, pasting with masks, filters, enhancement and thumbnails.
from PIL import Image, ImageEnhance, ImageFilter, ImageOps, ImageStat

base = Image.new("RGB", (40, 20), (10, 20, 30))
base.paste((200, 100, 0), (0, 0, 20, 10))
print(base.resize((80, 40)).size, base.resize((4, 2), Image.Resampling.NEAREST).getpixel((0, 0)))
print(base.crop((15, 5, 25, 15)).size)
print(base.rotate(90, expand=True).size, base.transpose(Image.Transpose.FLIP_LEFT_RIGHT).getpixel((39, 0)))
print(base.rotate(180).getpixel((39, 19)))
small = base.copy()
small.thumbnail((10, 10))
print(small.size, ImageOps.fit(base, (10, 10)).size)
print(ImageOps.expand(base, 2, "white").getpixel((0, 0)), ImageOps.contain(base, (100, 100)).size)
print(ImageOps.invert(base).getpixel((0, 0)), ImageOps.mirror(base).getpixel((0, 19)))
print(ImageOps.flip(base).getpixel((0, 19)), ImageOps.grayscale(base).getpixel((0, 0)))
print(ImageOps.posterize(base, 1).getpixel((0, 0)), ImageOps.solarize(base, 100).getpixel((0, 0)))
print(ImageOps.autocontrast(base.convert("L")).getextrema())

mask = Image.new("L", base.size, 0)
mask.paste(255, (30, 0, 40, 20))
mask.paste(128, (20, 0, 30, 20))
mixed = Image.composite(Image.new("RGB", base.size, "white"), base, mask)
print(mixed.getpixel((35, 5)), mixed.getpixel((25, 15)), mixed.getpixel((5, 15)))
tile = Image.new("RGB", (3, 3), "red")
base.paste(tile, (38, 18))
print(base.getpixel((39, 19)), base.getpixel((37, 19)))

dots = Image.new("L", (9, 9), 0)
dots.putpixel((4, 4), 255)
blur = dots.filter(ImageFilter.BoxBlur(1))
print([blur.getpixel((x, 4)) for x in range(9)], dots.filter(ImageFilter.MaxFilter(3)).getbbox())
print(dots.filter(ImageFilter.MedianFilter(3)).getextrema())
edge = dots.filter(ImageFilter.Kernel((3, 3), [0, -1, 0, -1, 4, -1, 0, -1, 0], scale=1, offset=50))
print(edge.getpixel((4, 4)), edge.getpixel((4, 3)), edge.getpixel((1, 1)))
print(dots.filter(ImageFilter.GaussianBlur(2)).getpixel((4, 4)) < 30)
print(ImageEnhance.Brightness(base).enhance(0.5).getpixel((0, 0)))
print(ImageEnhance.Color(base).enhance(0).getpixel((0, 0)))
print(ImageEnhance.Contrast(base).enhance(1).tobytes() == base.tobytes())
print([round(value, 2) for value in ImageStat.Stat(base).mean], ImageStat.Stat(dots).sum)
print(dots.point(lambda value: value // 2).getpixel((4, 4)), dots.entropy() > 0)
shear = dots.transform((9, 9), Image.Transform.AFFINE, (1, 0, 2, 0, 1, 0))
print(shear.getbbox(), dots.reduce(3).size, base.effect_spread(0).size)
print(base.getpixel((20, 10)), base.tobytes()[:3].hex(), base.getextrema()[0])
for attempt in (lambda: base.crop((5, 5, 1, 1)), lambda: base.getpixel((99, 0)), lambda: base.convert("nope"),
                lambda: Image.new("RGB", (-1, 5)), lambda: Image.merge("RGB", [dots, dots])):
    try:
        attempt()
    except (ValueError, IndexError) as exc:
        print(type(exc).__name__, end=" ")
print("refused")

#=> (80, 40) (200, 100, 0)
#=> (10, 10)
#=> (20, 40) (200, 100, 0)
#=> (200, 100, 0)
#=> (10, 5) (10, 10)
#=> (255, 255, 255) (100, 50)
#=> (55, 155, 255) (10, 20, 30)
#=> (200, 100, 0) 118
#=> (128, 0, 0) (55, 155, 0)
#=> (0, 254)
#=> (255, 255, 255) (133, 138, 143) (10, 20, 30)
#=> (255, 0, 0) (10, 20, 30)
#=> [0, 0, 0, 28, 28, 28, 0, 0, 0] (3, 3, 6, 6)
#=> (0, 0)
#=> 255 0 50
#=> True
#=> (100, 50, 0)
#=> (118, 118, 118)
#=> True
#=> [58.73, 39.9, 22.35] [255]
#=> 127 True
#=> (2, 4, 3, 5) (3, 3) (40, 20)
#=> (10, 20, 30) c86400 (10, 255)
#=> ValueError IndexError ValueError ValueError ValueError refused
