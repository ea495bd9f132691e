# requires: numpy>=2, PIL>=10
# Pictures as arrays: gradients, masks, mosaics, hidden messages and palettes between numpy and Pillow.
import io

import numpy as np
from PIL import Image

gradient = np.zeros((32, 64, 3), dtype=np.uint8)
gradient[..., 0] = np.linspace(0, 255, 64).astype(np.uint8)
gradient[..., 2] = np.linspace(255, 0, 32).astype(np.uint8)[:, None]
picture = Image.fromarray(gradient)
back = np.asarray(picture)
print(picture.size, picture.mode, back.shape, np.array_equal(back, gradient))
print(picture.getpixel((63, 0)), back.flags.writeable)
buffer = io.BytesIO()
picture.save(buffer, "PNG", optimize=True)
print(np.array_equal(np.asarray(Image.open(buffer)), gradient), len(buffer.getvalue()) < gradient.nbytes)

mosaic = np.asarray(picture.resize((8, 4), Image.Resampling.BOX))
by_hand = gradient.reshape(4, 8, 8, 8, 3).mean(axis=(1, 3))
print(mosaic.shape, np.abs(mosaic - by_hand).max() <= 1, mosaic[0, 0].tolist(), by_hand[0, 0].tolist())
y, x = np.ogrid[:32, :64]
circle = (x - 32) ** 2 + (y - 16) ** 2 < 100
cut = gradient.copy()
cut[~circle] = 0
print(Image.fromarray(cut).getbbox(), int(circle.sum()), Image.fromarray(circle).mode)
print(Image.fromarray(circle.astype(np.uint8) * 255).getextrema())


def hide(array, text):
    bits = np.unpackbits(np.frombuffer(text.encode() + b"\0", dtype=np.uint8))
    flat = array.ravel().copy()
    flat[:bits.size] = flat[:bits.size] & 0xFE | bits
    return flat.reshape(array.shape)


def reveal(array):
    return np.packbits(array.ravel() & 1).tobytes().split(b"\0")[0].decode()


secret = Image.fromarray(hide(gradient, "meet at nine ☃"))
buffer = io.BytesIO()
secret.save(buffer, "PNG")
print(reveal(np.array(Image.open(buffer))), np.abs(np.asarray(secret).astype(int) - gradient).max())
grey = np.asarray(picture.convert("L"), dtype=float)
print(grey.shape, (0.299 * gradient[0, -1, 0] + 0.114 * gradient[0, -1, 2]).round(), grey[0, -1])
float_image = Image.fromarray(np.linspace(0, 1, 6, dtype=np.float32).reshape(2, 3))
print(float_image.mode, round(float_image.getpixel((2, 1)), 3))
print(np.asarray(Image.new("1", (3, 1), 1)).tolist(), np.asarray(Image.new("LA", (1, 1), (7, 9))).tolist())
indexed = picture.quantize(4)
print(np.unique(np.asarray(indexed)).tolist(), np.asarray(indexed.convert("RGB")).shape, len(indexed.getpalette()) >= 12)
counts, _ = np.histogram(gradient[..., 0], bins=4, range=(0, 256))
print(counts.tolist(), np.array(picture.histogram())[:256].sum())
print(np.fliplr(gradient)[0, 0].tolist(), np.asarray(picture.rotate(90, expand=True)).shape)
try:
    Image.fromarray(np.zeros((2, 2, 7), dtype=np.uint8))
except TypeError as exc:
    print("TypeError:", "Cannot handle" in str(exc))

#=> (64, 32) RGB (32, 64, 3) True
#=> (255, 0, 255) False
#=> True True
#=> (4, 8, 3) True [14, 0, 226] [14.0, 0.0, 225.75]
#=> (23, 7, 42, 26) 305 1
#=> (0, 255)
#=> meet at nine ☃ 1
#=> (32, 64) 105.0 105.0
#=> F 1.0
#=> [[True, True, True]] [[[7, 9]]]
#=> [0, 1, 2, 3] (32, 64, 3) True
#=> [512, 512, 512, 512] 2048
#=> [255, 0, 255] (64, 32, 3)
#=> TypeError: True
