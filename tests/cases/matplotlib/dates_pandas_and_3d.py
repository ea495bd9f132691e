# requires: numpy>=2, pandas>=2, matplotlib>=3
# Charts from a data frame, an axis of dates, a twin axis, a surface in three dimensions and a polar chart.
import io
import struct

import matplotlib

matplotlib.use("Agg")
import matplotlib.dates as mdates
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd


def png_size(figure, **options):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", **options)
    data = buffer.getvalue()
    return data[:4] == b"\x89PNG", struct.unpack(">II", data[16:24])


days = pd.date_range("2024-01-01", periods=90, freq="D")
table = pd.DataFrame({"sales": np.arange(90) ** 0.5, "visits": np.cos(np.arange(90) / 9)}, index=days)
axes = table["sales"].plot(figsize=(5, 3), title="Sales", color="tab:orange")
print(axes.get_title(), len(axes.lines), axes.lines[0].get_ydata()[:3].round(3).tolist(), png_size(axes.figure, dpi=80))
plt.close("all")

figure, axes = plt.subplots(figsize=(5, 3))
axes.plot(table.index, table["sales"])
twin = axes.twinx()
twin.step(table.index, table["visits"], color="grey")
axes.xaxis.set_major_locator(mdates.MonthLocator())
axes.xaxis.set_major_formatter(mdates.DateFormatter("%b %Y"))
figure.autofmt_xdate()
figure.canvas.draw()
print([tick.get_text() for tick in axes.get_xticklabels()])
print(mdates.num2date(mdates.date2num(days[1])).date(), twin.get_shared_x_axes().joined(axes, twin))
print(png_size(figure, dpi=40))
plt.close(figure)

bars = table.resample("MS").mean().plot.bar(subplots=True, layout=(1, 2), figsize=(6, 3), legend=False)
print(bars.shape, [axis.get_title() for axis in bars.flat])
print([round(float(patch.get_height()), 3) for patch in bars.flat[0].patches])
parts = table.assign(kind=np.where(np.arange(90) % 2, "odd", "even")).groupby("kind")["sales"].plot(legend=True)
print(len(parts), plt.gca().get_legend() is not None)
plt.close("all")

figure = plt.figure(figsize=(4, 4))
cube = figure.add_subplot(projection="3d")
x, y = np.meshgrid(np.linspace(-2, 2, 12), np.linspace(-2, 2, 12))
surface = cube.plot_surface(x, y, np.exp(-(x**2) - y**2), cmap="plasma")
print(type(cube).__name__, cube.name, png_size(figure, dpi=50), surface.get_array() is not None)
polar = plt.figure().add_subplot(projection="polar")
polar.plot(np.linspace(0, 2 * np.pi, 50), np.linspace(0, 1, 50))
text = polar.text(0, 0.5, r"$\alpha^2 + \frac{1}{x}$")
print(polar.name, png_size(polar.figure, dpi=30), text.get_text())
plt.close("all")

#=> Sales 1 [0.0, 1.0, 1.414] (True, (400, 240))
#=> ['Jan 2024', 'Feb 2024', 'Mar 2024', 'Apr 2024']
#=> 2024-01-02 True
#=> (True, (200, 120))
#=> (1, 2) ['sales', 'visits']
#=> [3.616, 6.679, 8.617]
#=> 2 True
#=> Axes3D 3d (True, (200, 200)) True
#=> polar (True, (192, 144)) $\alpha^2 + \frac{1}{x}$
