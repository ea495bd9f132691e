# requires: numpy>=2, pandas>=2, matplotlib>=3, seaborn>=0
# seaborn: bar, box, heat map and regression charts of a small table, and what the axes say of them.
import io

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns

birds = pd.DataFrame({"species": np.repeat(["gull", "tern", "auk"], 6), "sex": np.tile(["f", "m"], 9),
                      "mass": np.linspace(0.2, 2.0, 18), "wing": np.linspace(60, 150, 18) + 3 * np.cos(np.arange(18))})
sns.set_theme(style="whitegrid")
figure, axes = plt.subplots(1, 3, figsize=(9, 3))
sns.barplot(birds, x="species", y="mass", errorbar=None, ax=axes[0])
print([round(float(bar.get_height()), 4) for bar in axes[0].patches])
print(birds.groupby("species", sort=False)["mass"].mean().round(4).tolist())
print(axes[0].get_xlabel(), axes[0].get_ylabel(), [label.get_text() for label in axes[0].get_xticklabels()])
sns.boxplot(birds, x="species", y="mass", hue="sex", ax=axes[1])
print([text.get_text() for text in axes[1].get_legend().get_texts()], len(axes[1].lines) > 20)
table = birds.pivot_table(index="species", columns="sex", values="wing", aggfunc="mean")
sns.heatmap(table.round(1), annot=True, cbar=False, ax=axes[2])
print([text.get_text() for text in axes[2].texts], table.round(1).to_numpy().ravel().tolist())
buffer = io.BytesIO()
figure.savefig(buffer, format="png", dpi=40)
print(buffer.getvalue()[:4], len(buffer.getvalue()) > 2000)
plt.close("all")

grid = sns.relplot(birds, x="wing", y="mass", hue="species", col="sex", height=2)
print(grid.axes.shape, [ax.get_title() for ax in grid.axes.flat])
print(sum(len(c.get_offsets()) for ax in grid.axes.flat for c in ax.collections))
ax = sns.histplot(birds, x="mass", bins=4, ax=plt.figure().gca())
print([int(patch.get_height()) for patch in ax.patches])
print(sns.color_palette("deep").as_hex()[0], len(sns.color_palette("viridis", 5)))
ax = sns.regplot(birds, x="wing", y="mass", ci=None, ax=plt.figure().gca())
line = ax.lines[0]
slope = np.polyfit(birds["wing"], birds["mass"], 1)[0]
print(round(float(np.diff(line.get_ydata())[0] / np.diff(line.get_xdata())[0]), 6) == round(float(slope), 6))
print(sns.countplot(birds, x="sex", ax=plt.figure().gca()).patches[0].get_height())
plt.close("all")

#=> [0.4647, 1.1, 1.7353]
#=> [0.4647, 1.1, 1.7353]
#=> species mass ['gull', 'tern', 'auk']
#=> ['f', 'm'] True
#=> ['1.3e+02', '1.4e+02', '70', '76', '1e+02', '1.1e+02'] [134.1, 139.3, 70.5, 75.7, 102.3, 107.5]
#=> b'\x89PNG' True
#=> (1, 2) ['sex = f', 'sex = m']
#=> 18
#=> [5, 4, 4, 5]
#=> #4c72b0 5
#=> True
#=> 9.0
