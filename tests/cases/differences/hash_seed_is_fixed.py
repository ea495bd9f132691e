# guest: strings were hashed when the image was made, so every session hashes them alike
# The order of a set of strings is the same in every session; on other machines it changes from run to run.
import os
import sys

print(sys.flags.hash_randomization, "PYTHONHASHSEED" in os.environ)
print(hash("a"), hash(b"a"), hash("penguin") == hash("".join(["pen", "guin"])))
print(list({"gull", "tern", "auk", "wren", "swan"}))
print(set("letters of a sentence") == set("sentence of letters a"), hash(("a", 1)) != hash(("a", 2)))

#=> 0 False
#=> -1197795309 -1197795309 True
#=> ['wren', 'tern', 'auk', 'gull', 'swan']
#=> True True
