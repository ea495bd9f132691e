# Sound and colour: writing a tone as a WAV file, reading it back, and converting colours between models.
import colorsys
import io
import math
import struct
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import wave

RATE, SECONDS, FREQUENCY = 8000, 0.25, 440
samples = [round(12000 * math.sin(2 * math.pi * FREQUENCY * n / RATE)) for n in range(int(RATE * SECONDS))]
buffer = io.BytesIO()
with wave.open(buffer, "wb") as sound:
    sound.setnchannels(1)
    sound.setsampwidth(2)
    sound.setframerate(RATE)
    sound.writeframes(struct.pack(f"<{len(samples)}h", *samples))
data = buffer.getvalue()
print(data[:4], data[8:12], len(data), struct.unpack("<I", data[4:8])[0] == len(data) - 8)

buffer.seek(0)
with wave.open(buffer) as sound:
    print(sound.getparams()[:4], sound.getnframes() / sound.getframerate())
    sound.setpos(100)
    frames = struct.unpack("<10h", sound.readframes(10))
    print(list(frames) == samples[100:110], sound.tell(), max(samples), min(samples))
crossings = sum(1 for a, b in zip(samples, samples[1:]) if a < 0 <= b)
loudness = math.sqrt(sum(sample**2 for sample in samples) / len(samples))
print(f"about {crossings / SECONDS:.0f} Hz, {20 * math.log10(loudness / 32768):.2f} dB, {loudness / max(samples):.4f}")
stereo = io.BytesIO()
with wave.open(stereo, "wb") as sound:
    sound.setparams((2, 1, 4000, 0, "NONE", "not compressed"))
    sound.writeframesraw(bytes([128, 0, 128, 255]))
print(wave.open(io.BytesIO(stereo.getvalue())).getnframes(), stereo.getvalue()[-4:])
try:
    wave.open(io.BytesIO(b"RIFFjunk"))
except (wave.Error, EOFError) as exc:
    print(type(exc).__name__)

for name, rgb in (("red", (1, 0, 0)), ("orange", (1, 0.5, 0)), ("grey", (0.5, 0.5, 0.5)), ("navy", (0, 0, 0.5))):
    h, s, v = colorsys.rgb_to_hsv(*rgb)
    hue, lightness, saturation = colorsys.rgb_to_hls(*rgb)
    back = colorsys.hsv_to_rgb(h, s, v)
    code = bytes(round(part * 255) for part in rgb).hex()
    print(f"{name:<7}hsv {h * 360:5.1f} {s:.2f} {v:.2f}  hls {lightness:.2f} {saturation:.2f}  {back == rgb} #{code}")
wheel = [colorsys.hsv_to_rgb(step / 6, 1, 1) for step in range(6)]
print(["".join(str(round(part)) for part in colour) for colour in wheel])
print([round(part, 3) for part in colorsys.rgb_to_yiq(0, 1, 0)])

#=> b'RIFF' b'WAVE' 4044 True
#=> (1, 2, 8000, 2000) 0.25
#=> True 110 12000 -12000
#=> about 436 Hz, -11.74 dB, 0.7071
#=> 2 b'\x80\x00\x80\xff'
#=> Error
#=> red    hsv   0.0 1.00 1.00  hls 0.50 1.00  True #ff0000
#=> orange hsv  30.0 1.00 1.00  hls 0.50 1.00  True #ff8000
#=> grey   hsv   0.0 0.00 0.50  hls 0.50 0.00  True #808080
#=> navy   hsv 240.0 1.00 0.50  hls 0.25 1.00  True #000080
#=> ['100', '110', '010', '011', '001', '101']
#=> [0.59, -0.277, -0.525]
