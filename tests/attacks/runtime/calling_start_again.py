# Starts its session anew from within, with other settings and tools of its own making.
import fumehood.sessions, json
run = fumehood.sessions.start(json.dumps({"seed": "00" * 32, "argv": ["mine"], "env": {"A": "1"}, "cwd": "/etc", "request_bytes": 2**62, "attached_bytes": 2**62, "nesting": 10**6,
    "tools": [{"name": name, "documentation": "", "parameters": names, "required": len(names), "defaults": {}, "nullless": [], "properties": "{}"}
              for name, names in (("secret", []), ("echo", ["value"]))]}))
print(run is fumehood.steps.run, type(run).__name__)
deep = 1
for _ in range(100):
    deep = [deep]
for call in (lambda: secret(), lambda: echo("x" * 2_000_000), lambda: echo(deep)):
    try:
        call()
        print("called")
    except Exception as error:
        print(type(error).__name__, str(error)[-30:])
#=> False function
#=> ToolError there is no tool `secret`
#=> ToolArgumentError es, the limit is 1048576 bytes
#=> ToolArgumentError rguments are nested too deeply
