# Grows arrays and tables: products, broadcasts, joins of everything with everything.
#% limits: time=20s
import numpy as np
import pandas as pd
table = pd.DataFrame({"k": [1] * 20_000})
def tried(make):
    try:
        make()
        return "made"
    except Exception as error:
        return "MemoryError" if isinstance(error, MemoryError) else type(error).__name__
for make in (lambda: np.ones((6000, 6000)) @ np.ones((6000, 6000)), lambda: np.eye(2**13), lambda: np.add.outer(np.arange(12_000), np.arange(12_000)),
             lambda: np.repeat(np.arange(10**6), 200), lambda: np.full(2**24, "x" * 10), lambda: np.pad(np.ones((10, 10)), 5000),
             lambda: np.arange(2**28), lambda: np.lib.stride_tricks.as_strided(np.ones(1), (10**4, 10**4), (0, 0)).copy(),
             lambda: table.merge(table, on="k"), lambda: pd.concat([table] * 10**4), lambda: pd.date_range("1700", "2200", freq="s"),
             lambda: pd.DataFrame(index=range(10**4), columns=range(10**4)).fillna(0), lambda: np.random.rand(10**8),
             lambda: np.kron(np.ones((100, 100)), np.ones((100, 100)))):
    print(tried(make))
#=> MemoryError
#=> MemoryError
#=> MemoryError
#=> MemoryError
#=> MemoryError
#=> MemoryError
#=> MemoryError
#=> MemoryError
#=> MemoryError
#=> MemoryError
#=> ValueError
#=> MemoryError
#=> MemoryError
#=> MemoryError
