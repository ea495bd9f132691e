# Replaces what runs a step. The host holds the function itself and calls that one.
import fumehood.steps as steps
steps.run = lambda source, file: b"mine"
def execute(source, file):
    return True, "not " + source
#%% step
print("still run")
#%% step
steps._execute = execute
#%% step
print("not run")
#=> still run
#% after: fresh
