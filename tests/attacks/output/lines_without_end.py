# Prints lines without end. What fits is kept, and the step is interrupted.
#% limits: output=16B time=2s
while True:
    print("1234567")
#=> 1234567
#=> 1234567
#% ends: limit output_bytes
