/**
 * BS.1770's K-weighting for any sample rate in Hz, as `instructfx.audio.loudness.k_weighting` has it: a high shelf and a high
 * pass after Bristow-Johnson's cookbook (bilinear transform), each as [b0, b1, b2, a1, a2] with a0 = 1.
 */
export function kWeighting(sampleRate) {
  return [shelf(1500, Math.SQRT1_2, 4, sampleRate), highPass(38, 0.5, sampleRate)];
}

function shelf(frequencyHz, q, gainDb, sampleRate) {
  const { cos, alpha } = angle(frequencyHz, q, sampleRate);
  const a = 10 ** (gainDb / 40);
  const slope = 2 * Math.sqrt(a) * alpha;
  const b = [a * (a + 1 + (a - 1) * cos + slope), -2 * a * (a - 1 + (a + 1) * cos), a * (a + 1 + (a - 1) * cos - slope)];
  return normal(b, [a + 1 - (a - 1) * cos + slope, 2 * (a - 1 - (a + 1) * cos), a + 1 - (a - 1) * cos - slope]);
}

function highPass(frequencyHz, q, sampleRate) {
  const { cos, alpha } = angle(frequencyHz, q, sampleRate);
  return normal([(1 + cos) / 2, -(1 + cos), (1 + cos) / 2], [1 + alpha, -2 * cos, 1 - alpha]);
}

function angle(frequencyHz, q, sampleRate) {
  const w = (2 * Math.PI * frequencyHz) / sampleRate;
  return { cos: Math.cos(w), alpha: Math.sin(w) / (2 * q) };
}

function normal([b0, b1, b2], [a0, a1, a2]) {
  return [b0 / a0, b1 / a0, b2 / a0, a1 / a0, a2 / a0];
}

/** A biquad that goes on where it stopped (transposed direct form II). */
export class Biquad {
  #one = 0;
  #two = 0;

  constructor([b0, b1, b2, a1, a2]) {
    Object.assign(this, { b0, b1, b2, a1, a2 });
  }

  next(x) {
    const y = this.b0 * x + this.#one;
    this.#one = this.b1 * x - this.a1 * y + this.#two;
    this.#two = this.b2 * x - this.a2 * y;
    return y;
  }
}
