# Ends with values whose text is as long as memory: what is told of them is cut.
#% limits: memory=400MiB
"x" * 60_000_000
#%% step
b"\xff" * 10_000_000
#%% step
list(range(2_000_000))
#%% step
class Long: pass
Long.__qualname__ = "n" * 10_000_000
Long()
