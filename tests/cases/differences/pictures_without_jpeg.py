# guest: Pillow is linked without the libraries for JPEG, WebP and compressed TIFF
# PNG, GIF, BMP, plain TIFF and ICO are there, and so is matplotlib's PNG, SVG and PDF.
import io

from PIL import Image, features

print({name: features.check(name) for name in ("zlib", "jpg", "jpg_2000", "webp", "libtiff", "freetype2", "avif")})
picture = Image.new("RGB", (8, 8), "red")
for form, options in (("PNG", {}), ("GIF", {}), ("BMP", {}), ("TIFF", {}), ("ICO", {}), ("JPEG", {}), ("WEBP", {}),
                      ("TIFF", {"compression": "jpeg"})):
    buffer = io.BytesIO()
    try:
        picture.save(buffer, form, **options)
        print(form, Image.open(io.BytesIO(buffer.getvalue())).size)
    except (OSError, KeyError) as exc:
        print(form, type(exc).__name__)

#=> {'zlib': True, 'jpg': False, 'jpg_2000': False, 'webp': False, 'libtiff': False, 'freetype2': False, 'avif': False}
#=> PNG (8, 8)
#=> GIF (8, 8)
#=> BMP (8, 8)
#=> TIFF (8, 8)
#=> ICO (8, 8)
#=> JPEG OSError
#=> WEBP KeyError
#=> TIFF OSError
