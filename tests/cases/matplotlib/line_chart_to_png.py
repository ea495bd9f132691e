# requires: numpy>=2, matplotlib>=3
# A line chart without a display: figure size, labels, legend, limits, saving to PNG and reading the picture back.
import io
import struct
import tempfile
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np


def size_of(data):
    assert data[:8] == b"\x89PNG\r\n\x1a\n", data[:8]
    return struct.unpack(">II", data[16:24])


x = np.linspace(0, 2 * np.pi, 100)
figure, axes = plt.subplots(figsize=(6, 4), dpi=100)
(line,) = axes.plot(x, np.sin(x), "r--", label="sine", linewidth=2)
axes.plot(x, np.cos(x), color="#0055aa", marker="o", markevery=20, label="cosine")
axes.axhline(0, color="grey")
axes.fill_between(x, np.sin(x), where=np.sin(x) > 0, alpha=0.3)
axes.set(xlabel="angle", ylabel="value", title="Waves", xlim=(0, 6.5), ylim=(-1.5, 1.5))
axes.legend(loc="upper right")
axes.annotate("peak", xy=(np.pi / 2, 1), xytext=(2.5, 1.3), arrowprops={"arrowstyle": "->"})
axes.grid(True)
print(line.get_color(), line.get_linestyle(), len(line.get_xdata()))
print(axes.get_title(), [float(end) for end in axes.get_xlim()])
print([text.get_text() for text in axes.get_legend().get_texts()], len(axes.lines), matplotlib.get_backend().lower())

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder, "waves.png")
    figure.savefig(path)
    print(size_of(path.read_bytes()), path.stat().st_size > 5000)
    figure.savefig(path, dpi=50, facecolor="black")
    print(size_of(path.read_bytes()))
    picture = plt.imread(path)
    print(picture.shape, picture.dtype, picture[0, 0].round(2).tolist(), float(picture.mean()) > 0.1)
    figure.savefig(Path(folder, "waves.svg"))
    figure.savefig(Path(folder, "waves.pdf"))
    print(Path(folder, "waves.svg").read_text()[:14], Path(folder, "waves.pdf").read_bytes()[:5])
buffer = io.BytesIO()
figure.savefig(buffer, format="png", bbox_inches="tight")
width, height = size_of(buffer.getvalue())
print(400 < width < 600, 300 < height < 400, plt.get_fignums())
plt.close(figure)
print(plt.get_fignums())

#=> r -- 100
#=> Waves [0.0, 6.5]
#=> ['sine', 'cosine'] 3 agg
#=> (600, 400) True
#=> (300, 200)
#=> (200, 300, 4) float32 [0.0, 0.0, 0.0, 1.0] True
#=> <?xml version= b'%PDF-'
#=> True True [1]
#=> []
