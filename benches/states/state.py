"""What a session holds whose states are measured: records, and as many MiB of blocks as BLOCKS says."""

block = bytearray(1 << 20)
if BLOCKS:
    records = [{"number": n, "name": f"record {n}", "share": n / 7} for n in range(50_000)]
    blocks = [bytearray(bytes([n % 251 + 1]) * (1 << 20)) for n in range(BLOCKS)]
