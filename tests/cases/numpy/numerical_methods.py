# requires: numpy>=2
# Numerical methods: trapezoid integration, Newton iteration, Euler steps, interpolation, FFT and a moving average.
import numpy as np

x = np.linspace(0, np.pi, 1001)
print(f"integral of sin: {np.trapezoid(np.sin(x), x):.5f}, mean step {np.diff(x).mean():.6f}")

guess = np.array([1.0, 10.0, 50.0])
target = np.array([2.0, 9.0, 1000.0])
for _ in range(12):
    guess = (guess + target / guess) / 2
print("square roots:", [f"{value:.6f}" for value in guess], bool(np.allclose(guess**2, target)))

times = np.linspace(0, 3, 3001)
height = np.empty_like(times)
height[0], speed, dt = 20.0, 0.0, times[1]
for i in range(1, times.size):
    speed -= 9.81 * dt
    height[i] = height[i - 1] + speed * dt
print(f"after 1 s {height[1000]:.2f}, below ground at t = {times[np.argmax(height < 0)]:.2f}")

print([f"{value:.2f}" for value in np.interp([0.5, 1.25, 9], [0, 1, 2], [10, 20, 40])])
print("roots:", np.sort(np.roots([1, -6, 11, -6]).real).round(6).tolist(), np.polyval([2, 0, 1], 3).item())

samples = np.arange(64) / 64
signal = np.sin(2 * np.pi * 5 * samples) + 0.5 * np.sin(2 * np.pi * 12 * samples)
spectrum = np.abs(np.fft.rfft(signal)) / 32
print("peaks:", [(int(k), round(float(spectrum[k]), 3)) for k in np.flatnonzero(spectrum > 0.1)])
print(bool(np.allclose(np.fft.irfft(np.fft.rfft(signal)), signal)))

series = np.array([1.0, 2.0, 6.0, 3.0, 8.0, 10.0])
print(np.convolve(series, np.ones(3) / 3, mode="valid").round(4).tolist())
print(np.gradient(series).tolist(), np.lib.stride_tricks.sliding_window_view(series, 4).max(axis=1).tolist())

#=> integral of sin: 2.00000, mean step 0.003142
#=> square roots: ['1.414214', '3.000000', '31.622777'] True
#=> after 1 s 15.09, below ground at t = 2.02
#=> ['15.00', '25.00', '40.00']
#=> roots: [1.0, 2.0, 3.0] 19
#=> peaks: [(5, 1.0), (12, 0.5)]
#=> True
#=> [3.0, 3.6667, 5.6667, 7.0]
#=> [1.0, 2.5, 0.5, 1.0, 3.5, 2.0] [6.0, 8.0, 10.0]
