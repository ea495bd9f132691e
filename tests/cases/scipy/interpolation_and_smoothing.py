# requires: numpy>=2, scipy>=1
# Interpolation and signals: splines, scattered data, filters, peaks, Fourier spectra and convolution.
import numpy as np
from scipy import fft, interpolate, ndimage, signal

hours = np.array([0, 6, 12, 18, 24.0])
warmth = np.array([4.0, 6, 15, 11, 5])
spline = interpolate.CubicSpline(hours, warmth)
print(spline([9, 12, 15]).round(4).tolist(), spline(12, 1).round(4))
print(spline.integrate(0, 24).round(4), np.sort(spline.derivative().roots()).round(3).tolist())
print(interpolate.PchipInterpolator(hours, warmth)([9, 15]).round(4).tolist())
print(interpolate.interp1d(hours, warmth, kind="quadratic")(9).round(4))
print(interpolate.make_interp_spline(hours, warmth, k=1)([3.0]).tolist())
print(interpolate.Akima1DInterpolator(hours, warmth)(9.0).round(4))
x, y = np.array([0, 1, 2.0]), np.array([0, 2.0])
surface = interpolate.RegularGridInterpolator((x, y), np.add.outer(x, 10 * y))
print(surface([[0.5, 1.0], [2, 2]]).tolist())
print(interpolate.griddata([[0, 0], [1, 0], [0, 1], [1, 1]], [0, 1, 2, 3], [[0.5, 0.5], [2, 2]]).tolist())

t = np.arange(200) / 100
wave = np.sin(2 * np.pi * 3 * t) + 0.4 * np.sin(2 * np.pi * 30 * t)
numerator, denominator = signal.butter(4, 8, fs=100)
smooth = signal.filtfilt(numerator, denominator, wave)
print(np.abs(smooth[30:-30] - np.sin(2 * np.pi * 3 * t)[30:-30]).max().round(3), denominator.round(4).tolist()[:3])
peaks, properties = signal.find_peaks(smooth, height=0.5, distance=10)
print(peaks.tolist(), properties["peak_heights"].round(2).tolist()[:2])
print(signal.savgol_filter([1, 3, 2, 5, 4, 6.0], 5, 2).round(4).tolist())
spectrum = np.abs(fft.rfft(wave)) / 100
print(fft.rfftfreq(200, 0.01)[spectrum > 0.2].tolist())
print(spectrum[spectrum > 0.2].round(3).tolist(), fft.next_fast_len(509))
frequencies, power = signal.welch(wave, fs=100, nperseg=100)
print(frequencies[power.argmax()], signal.convolve([1, 2, 3], [0, 1, 0.5]).tolist())
print(signal.correlate([1, 2, 3], [1, 2], mode="valid").tolist())
print(signal.detrend([1, 3, 5, 8.0]).round(3).tolist())
print(signal.resample([0, 1, 0, -1.0], 8).round(3).tolist(), signal.medfilt([1, 9, 2, 3, 8.0]).tolist())

image = np.zeros((7, 8))
image[1:3, 1:4], image[4:6, 5:7] = 1, 2
labels, count = ndimage.label(image)
print(count, ndimage.sum_labels(image, labels, [1, 2]).tolist())
print(ndimage.center_of_mass(image, labels, [1, 2]), ndimage.find_objects(labels)[1][0])
print(ndimage.gaussian_filter(image, 1).max().round(4))
print(ndimage.rotate(image, 90).shape, ndimage.distance_transform_edt(image > 0).max())
print(ndimage.zoom(np.array([[1.0, 3]]), (1, 2), order=1).round(2).tolist())
print(ndimage.binary_erosion(image > 0).sum(), ndimage.maximum_filter([1, 5, 2, 0], 3).tolist())

#=> [11.3594, 15.0, 14.4219] 0.5417
#=> 214.0 [2.169, 13.018, 24.262]
#=> [10.9091, 13.6]
#=> 11.0286
#=> [5.0]
#=> 11.1951
#=> [10.5, 22.0]
#=> [1.5, nan]
#=> 0.0 [1.0, -2.6926, 2.8674]
#=> [8, 42, 75, 108, 142, 175] [1.0, 1.0]
#=> [1.1143, 2.3429, 3.2857, 3.7143, 4.6571, 5.8857]
#=> [3.0, 30.0]
#=> [1.0, 0.4] 512
#=> 3.0 [0.0, 1.0, 2.5, 4.0, 1.5]
#=> [5, 8]
#=> [0.2, -0.1, -0.4, 0.3]
#=> [0.0, 0.707, 1.0, 0.707, 0.0, -0.707, -1.0, -0.707] [1.0, 2.0, 3.0, 3.0, 3.0]
#=> 2 [6.0, 8.0]
#=> [(np.float64(1.5), np.float64(2.0)), (np.float64(4.5), np.float64(5.5))] slice(4, 6, None)
#=> 0.8333
#=> (8, 7) 1.0
#=> [[1.0, 1.67, 2.33, 3.0]]
#=> 0 [5, 5, 5, 2]
