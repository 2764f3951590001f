// The equaliser's response in the browser: six biquads by Bristow-Johnson's cookbook, in cascade. What it is at 44.1 kHz it
// is at every rate, beyond half of that as there.

const RATE = 44100;
const HIGHEST = 0.45; // of the sample rate; cutoffs stay below

// [b0, b1, b2, a0, a1, a2] of a band: {kind: "low_shelf", "peak" or "high_shelf", gain (dB), frequency (Hz), q}.
function biquad({ kind, gain, frequency, q }) {
  const a = 10 ** (gain / 40);
  const w = (2 * Math.PI * Math.min(frequency, HIGHEST * RATE)) / RATE;
  const cos = Math.cos(w);
  const alpha = Math.sin(w) / (2 * q);
  if (kind === "peak") {
    return [1 + alpha * a, -2 * cos, 1 - alpha * a, 1 + alpha / a, -2 * cos, 1 - alpha / a];
  }
  const side = kind === "low_shelf" ? 1 : -1;
  const slope = 2 * Math.sqrt(a) * alpha;
  return [
    a * (a + 1 - side * (a - 1) * cos + slope),
    side * 2 * a * (a - 1 - side * (a + 1) * cos),
    a * (a + 1 - side * (a - 1) * cos - slope),
    a + 1 + side * (a - 1) * cos + slope,
    -side * 2 * (a - 1 + side * (a + 1) * cos),
    a + 1 + side * (a - 1) * cos - slope,
  ];
}

// Gain in dB of all bands together at some frequencies in Hz.
export function responseDb(bands, frequencies) {
  const cascade = bands.filter((band) => band.gain !== 0).map(biquad);
  return frequencies.map((hz) => {
    const w = (2 * Math.PI * Math.min(hz, RATE / 2)) / RATE;
    return cascade.reduce((sum, [b0, b1, b2, a0, a1, a2]) =>
      sum + 10 * Math.log10(power(b0, b1, b2, w) / power(a0, a1, a2, w)), 0);
  });
}

// |c0 + c1 z^-1 + c2 z^-2|^2 on the unit circle.
function power(c0, c1, c2, w) {
  const real = c0 + c1 * Math.cos(w) + c2 * Math.cos(2 * w);
  const imaginary = c1 * Math.sin(w) + c2 * Math.sin(2 * w);
  return real * real + imaginary * imaginary;
}
