# requires: numpy>=2
# A grey picture as an array: drawing, convolution, thresholding, connected regions, rotation and run-length coding.
import numpy as np

picture = np.zeros((9, 16), dtype=np.uint8)
y, x = np.mgrid[:9, :16]
picture[(y - 4) ** 2 + (x - 4) ** 2 <= 9] = 200
picture[2:7, 10:14] = 120


def show(array, levels=" .o#"):
    for row in np.minimum(array.astype(np.int64) * len(levels) // 256, len(levels) - 1):
        print("".join(levels[value] for value in row).rstrip() or "-")


def convolve(array, kernel):
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(array.astype(float), 1, mode="edge"), kernel.shape)
    return np.einsum("ijkl,kl->ij", windows, kernel)


show(picture)
blurred = convolve(picture, np.full((3, 3), 1 / 9))
edges = np.hypot(convolve(picture, np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])),
                 convolve(picture, np.array([[1, 2, 1], [0, 0, 0], [-1, -2, -1]])))
print(blurred.round(1)[4, ::4].tolist(), edges.max().round(1), (edges > 300).sum())


def regions(mask):
    labels, count = np.zeros(mask.shape, dtype=np.int64), 0
    for start in map(tuple, np.argwhere(mask)):
        if labels[start]:
            continue
        count += 1
        stack = [start]
        while stack:
            r, c = stack.pop()
            if 0 <= r < mask.shape[0] and 0 <= c < mask.shape[1] and mask[r, c] and not labels[r, c]:
                labels[r, c] = count
                stack += [(r + 1, c), (r - 1, c), (r, c + 1), (r, c - 1)]
    return labels, count


labels, count = regions(picture > 50)
print(count, np.bincount(labels.ravel())[1:].tolist())
print([np.argwhere(labels == n).mean(axis=0).round(2).tolist() for n in (1, 2)])
row = picture[4]
changes = np.flatnonzero(np.diff(row)) + 1
starts = np.r_[0, changes]
print(list(zip(row[starts].tolist(), np.diff(np.r_[starts, row.size]).tolist())))
print(np.rot90(picture).shape, np.flipud(picture).sum() == picture.sum())
print(picture[::3, ::4].tolist(), np.histogram(picture, [0, 1, 150, 256])[0].tolist())
colour = np.stack([picture, picture // 2, 255 - picture], axis=-1)
grey = (colour @ np.array([0.299, 0.587, 0.114])).round().astype(np.uint8)
print(colour.shape, grey[4, 4], grey[0, 0], colour[4, 4].tolist(), np.packbits(picture[4] > 0).tolist())

#=> -
#=>     #
#=>   #####   ....
#=>   #####   ....
#=>  #######  ....
#=>   #####   ....
#=>   #####   ....
#=>     #
#=> -
#=> [22.2, 200.0, 22.2, 120.0] 894.4 72
#=> 2 [29, 20]
#=> [[4.0, 4.0], [4.0, 11.5]]
#=> [(0, 1), (200, 7), (0, 2), (120, 4), (0, 2)]
#=> (16, 9) True
#=> [[0, 0, 0, 0], [0, 200, 0, 120], [0, 200, 0, 120]] [95, 20, 29]
#=> (9, 16, 3) 125 29 [200, 100, 55] [127, 60]
