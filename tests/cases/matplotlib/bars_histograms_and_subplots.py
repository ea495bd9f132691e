# requires: numpy>=2, matplotlib>=3
# Several kinds of charts in a grid: bars, histogram, scatter, pie, box plot and image, and what the artists hold.
import io
import struct

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

figure, grid = plt.subplots(2, 3, figsize=(9, 5), layout="constrained")
bars = grid[0, 0].bar(["tea", "mug", "pot"], [3, 7, 2], color=["red", "green", "blue"])
grid[0, 0].bar_label(bars)
print([int(bar.get_height()) for bar in bars], [round(float(bar.get_x() + bar.get_width() / 2), 6) for bar in bars])
counts, edges, patches = grid[0, 1].hist([1, 2, 2, 3, 3, 3, 8], bins=[0, 2, 4, 10], edgecolor="white")
print(counts.tolist(), edges.tolist(), len(patches))
points = grid[0, 2].scatter([1, 2, 3], [4, 1, 9], s=[10, 40, 90], c=[0.1, 0.5, 0.9], cmap="viridis")
print(points.get_offsets().tolist(), points.get_sizes().tolist(), points.get_cmap().name)
wedges, labels = grid[1, 0].pie([1, 3], labels=["a", "b"], startangle=90)[:2]
print([round(float(wedge.theta2 - wedge.theta1), 3) for wedge in wedges], [label.get_text() for label in labels])
box = grid[1, 1].boxplot([[1, 2, 3, 4, 20], [2, 3, 4]])
print(box["medians"][0].get_ydata().tolist(), box["fliers"][0].get_ydata().tolist(), len(box["whiskers"]))
image = grid[1, 2].imshow(np.arange(12).reshape(3, 4), cmap="gray", aspect="auto")
figure.colorbar(image, ax=grid[1, 2])
print(image.get_array().shape, [int(limit) for limit in image.get_clim()], len(figure.axes))
figure.suptitle("Six charts")
for axes in grid.flat[:3]:
    axes.tick_params(rotation=30)
    axes.set_yscale("symlog")

buffer = io.BytesIO()
figure.savefig(buffer, format="png", dpi=60)
data = buffer.getvalue()
print(data[1:4], struct.unpack(">II", data[16:24]), data[-8:-4])
figure.canvas.draw()
pixels = np.asarray(figure.canvas.buffer_rgba())
print(pixels.shape, pixels.dtype, len(np.unique(pixels.reshape(-1, 4), axis=0)) > 50)
print([label.get_text() for label in grid[0, 0].get_xticklabels()], figure.get_suptitle())
with plt.style.context("ggplot"):
    styled, axes = plt.subplots()
    print(plt.rcParams["axes.grid"], axes.get_facecolor()[:3] != (1.0, 1.0, 1.0))
print(plt.rcParams["axes.grid"], sorted(plt.style.available)[:2] != [])
print(matplotlib.colors.to_hex((1, 0.5, 0)), [round(float(part), 4) for part in plt.get_cmap("viridis")(0.0)])
plt.close("all")

#=> [3, 7, 2] [0.0, 1.0, 2.0]
#=> [1.0, 5.0, 1.0] [0.0, 2.0, 4.0, 10.0] 3
#=> [[1.0, 4.0], [2.0, 1.0], [3.0, 9.0]] [10, 40, 90] viridis
#=> [90.0, 270.0] ['a', 'b']
#=> [3.0, 3.0] [20] 4
#=> (3, 4) [0, 11] 7
#=> b'PNG' (540, 300) b'IEND'
#=> (500, 900, 4) uint8 True
#=> ['tea', 'mug', 'pot'] Six charts
#=> True True
#=> False True
#=> #ff8000 [0.267, 0.0049, 0.3294, 1.0]
