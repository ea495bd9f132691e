# requires: numpy>=2
# Arrays in files: npy, npz, text with headers and converters, memory maps read back, and raw bytes.
import io
import tempfile
from pathlib import Path

import numpy as np

with tempfile.TemporaryDirectory() as folder:
    path = Path(folder)
    grid = np.linspace(0, 1, 12).reshape(3, 4)
    np.save(path / "grid.npy", grid)
    np.savez_compressed(path / "all.npz", grid=grid, names=np.array(["a", "é"]), empty=np.zeros((0, 2)))
    print(np.array_equal(np.load(path / "grid.npy"), grid))
    print((path / "grid.npy").read_bytes()[:6], (path / "grid.npy").stat().st_size)
    with np.load(path / "all.npz") as archive:
        print(sorted(archive.files), archive["names"].tolist(), archive["empty"].shape, archive["grid"].dtype)
    np.savetxt(path / "grid.csv", grid, fmt="%.3f", delimiter=",", header="a,b,c,d", comments="")
    print((path / "grid.csv").read_text().splitlines()[:2])
    print(np.loadtxt(path / "grid.csv", delimiter=",", skiprows=1, usecols=(0, 3)).tolist())
    text = io.StringIO("id,mass,name\n1,2.5,gull\n2,,tern\n")
    table = np.genfromtxt(text, delimiter=",", names=True, dtype=None, encoding="utf-8")
    print(table["name"].tolist(), np.isnan(table["mass"]).tolist(), table.dtype.names, table["mass"][0].item())
    percent = {0: lambda text: float(text.rstrip("%")) / 100}
    print(np.loadtxt(io.StringIO("# note\n12% 3\n50% 4\n"), converters=percent).tolist())
    (path / "raw.bin").write_bytes(grid.astype("<f4").tobytes())
    print(np.frombuffer((path / "raw.bin").read_bytes(), dtype="<f4")[-1].item(), (path / "raw.bin").stat().st_size)
    for order in "CF":
        np.save(path / "order.npy", np.asarray(grid, order=order))
        back = np.load(path / "order.npy")
        print(order, back.flags["F_CONTIGUOUS"], back.strides, back.ravel(order="K")[1].round(4).item())
    np.save(path / "objects.npy", np.array([{"a": 1}, [2]], dtype=object), allow_pickle=True)
    try:
        np.load(path / "objects.npy")
    except ValueError as exc:
        print("ValueError:", str(exc)[:35])
    print(np.load(path / "objects.npy", allow_pickle=True)[0])
    print(sorted(p.name for p in path.iterdir()))
print(np.fromstring("1 2 3", sep=" ").tolist())
print(np.array2string(grid[0], precision=2), np.array([1.5, 2]).tobytes().hex()[:16])

#=> True
#=> b'\x93NUMPY' 224
#=> ['empty', 'grid', 'names'] ['a', 'é'] (0, 2) float64
#=> ['a,b,c,d', '0.000,0.091,0.182,0.273']
#=> [[0.0, 0.273], [0.364, 0.636], [0.727, 1.0]]
#=> ['gull', 'tern'] [False, True] ('id', 'mass', 'name') 2.5
#=> [[0.12, 3.0], [0.5, 4.0]]
#=> 1.0 48
#=> C False (32, 8) 0.0909
#=> F True (8, 24) 0.3636
#=> ValueError: Object arrays cannot be loaded when
#=> {'a': 1}
#=> ['all.npz', 'grid.csv', 'grid.npy', 'objects.npy', 'order.npy', 'raw.bin']
#=> [1.0, 2.0, 3.0]
#=> [0.   0.09 0.18 0.27] 000000000000f83f
