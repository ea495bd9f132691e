# Asks the host for more random numbers at once than it would hold in memory, and compares those of
# steps.
#% limits: memory=128MiB
import os, random, secrets
for size in (2**31 - 1, 2**27):
    try:
        os.urandom(size)
        print("made")
    except (MemoryError, OverflowError, OSError) as error:
        print(type(error).__name__)
print(len(os.urandom(10_000_000)), len({os.urandom(8) for _ in range(1000)}))
print(len({secrets.token_hex(4) for _ in range(100)}), random.SystemRandom().random() < 1)
#=> OverflowError
#=> MemoryError
#=> 10000000 1000
#=> 100 True
