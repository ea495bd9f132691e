# Raises exceptions whose names, messages, notes and sources are megabytes long: what is told is cut.
#% limits: memory=400MiB
raise ValueError("x" * 50_000_000)
#%% step
error = ValueError("noted")
for _ in range(1000):
    error.add_note("note " * 10_000)
raise error
#%% step
raise type("L" * 5_000_000, (Exception,), {})
#%% step
raise type("Many", tuple(type(f"Base{n}" * 10_000, (Exception,), {}) for n in range(100)), {})
#% ends 1: raised ValueError
#% ends 2: raised ValueError
#% ends 3: raised LLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLLL
#% ends: raised Many
