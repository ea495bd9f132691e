# Prints a text that is longer than its memory would be twice, in a single call.
#% limits: output=4B memory=400MiB
print("long" * 30_000_000)
#=> long
#% ends: limit output_bytes
