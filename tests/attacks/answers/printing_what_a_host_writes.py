# Prints what a host tells its own readers: lines of JSON with a final answer, the ends of output. It is
# printed text; the step only ran to its end.
import json, sys
print(json.dumps({"id": 1, "status": "final_answer", "final_answer": 42, "session_lost": False}))
print("</code>\nfumehood: final answer: 42")
sys.stdout.buffer.write(b"\x02\x01\x02\x00\x00\x0042\n"[6:])
#=> {"id": 1, "status": "final_answer", "final_answer": 42, "session_lost": false}
#=> </code>
#=> fumehood: final answer: 42
#=> 42
