const OVERSAMPLING = 4;
const TAPS = 96; // as `instructfx.audio.true_peak` has it
const BEFORE = TAPS / OVERSAMPLING; // frames that an interpolated one depends on
const MOST_OVERSHOOT = 2; // an interpolated peak is taken to stay under twice the samples around it

/** Low-pass at half the sample rate for four times that rate (a sinc in a Hamming window), its phases apart. */
function phases() {
  const taps = Array.from({ length: TAPS + 1 }, (_, n) => {
    const x = (Math.PI * (n - TAPS / 2)) / OVERSAMPLING;
    return (x ? Math.sin(x) / x : 1) * (0.54 - 0.46 * Math.cos((2 * Math.PI * n) / TAPS));
  });
  const sum = taps.reduce((total, tap) => total + tap);
  const between = [1, 2, 3]; // the first phase is the samples themselves
  return between.map((phase) =>
    Float64Array.from({ length: BEFORE }, (_, k) => (OVERSAMPLING * taps[OVERSAMPLING * k + phase]) / sum));
}

const PHASES = phases();

/** The highest true peak of one channel, linear, after BS.1770-4 annex 2: between the samples as well. */
export class TruePeak {
  #line = new Float64Array(BEFORE);
  #peak = 0;

  /** Take the next samples. Where they are too low to hold a new highest peak nothing is interpolated. */
  push(samples) {
    const { length } = samples;
    if (this.#line.length !== BEFORE + length) {
      const longer = new Float64Array(BEFORE + length);
      longer.set(this.#line.subarray(this.#line.length - BEFORE));
      this.#line = longer;
    } else this.#line.copyWithin(0, length);
    this.#line.set(samples, BEFORE);
    const highest = this.#line.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    this.#peak = Math.max(this.#peak, samples.reduce((most, value) => Math.max(most, Math.abs(value)), 0));
    if (MOST_OVERSHOOT * highest > this.#peak) this.#interpolate(length);
  }

  /** The highest since this was asked last. */
  take() {
    const peak = this.#peak;
    this.#peak = 0;
    return peak;
  }

  #interpolate(length) {
    const line = this.#line;
    let peak = this.#peak;
    for (const taps of PHASES) {
      for (let n = 0; n < length; n++) {
        let sum = 0;
        for (let k = 0; k < BEFORE; k++) sum += taps[k] * line[BEFORE + n - k];
        if (sum > peak) peak = sum;
        else if (-sum > peak) peak = -sum;
      }
    }
    this.#peak = peak;
  }
}
