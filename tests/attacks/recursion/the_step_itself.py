# Is, as a step, source that is nested too deeply for the compiler.
eval("(" * 10_000)
#%% step
((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((1
#% ends 1: raised MemoryError | raised SyntaxError | raised RecursionError
#% ends: raised MemoryError | raised SyntaxError
