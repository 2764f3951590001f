const STEPS_IN_BLOCK = 4; // of 100 ms each
const STEPS_IN_SHORT_TERM = 30;
const [ABSOLUTE_GATE_LUFS, RELATIVE_GATE_LU] = [-70, -10];
const OFFSET_LU = -0.691;

/** What a meter shows of a sound (BS.1770-4, EBU Tech 3341); null is what it cannot tell yet. */
export class Readings {
  #steps = []; // the last three seconds
  #since = 0; // steps since the totals began
  #blocks = []; // energies of the 400 ms that ended with each of them
  #peak = 0;

  /**
   * Take the next 100 ms: energy is the mean square of its K-weighted samples, summed over channels; left, right and both are
   * sums of left * left, right * right and left * right; peak is the highest true peak, linear.
   */
  push(step) {
    this.#steps.push(step);
    if (this.#steps.length > STEPS_IN_SHORT_TERM) this.#steps.shift();
    if (++this.#since >= STEPS_IN_BLOCK) this.#blocks.push(this.#energy(STEPS_IN_BLOCK));
    this.#peak = Math.max(this.#peak, step.peak);
  }

  /** The totals begin anew; momentary and short-term loudness are of the last seconds whatever was heard. */
  reset() {
    this.#since = 0;
    this.#blocks = [];
    this.#peak = 0;
  }

  get momentaryLufs() {
    return lufs(this.#energy(STEPS_IN_BLOCK));
  }

  get shortTermLufs() {
    return lufs(this.#energy(STEPS_IN_SHORT_TERM));
  }

  /** Of all since the totals began; null where nothing passes the gate. */
  get integratedLufs() {
    const loud = this.#blocks.filter((energy) => lufs(energy) >= ABSOLUTE_GATE_LUFS);
    if (!loud.length) return null;
    const gate = lufs(mean(loud)) + RELATIVE_GATE_LU;
    return lufs(mean(loud.filter((energy) => lufs(energy) > gate)));
  }

  /** The highest since the totals began. */
  get truePeakDbtp() {
    return this.#peak ? 20 * Math.log10(this.#peak) : null;
  }

  /** Of left and right over the last 400 ms, -1 to 1; null for silence on a side. */
  get correlation() {
    const steps = this.#steps.slice(-STEPS_IN_BLOCK);
    const sum = (name) => steps.reduce((total, step) => total + step[name], 0);
    const power = Math.sqrt(sum("left") * sum("right"));
    return power ? Math.min(Math.max(sum("both") / power, -1), 1) : null;
  }

  /** Mean over the last so many steps; null where there are fewer. */
  #energy(count) {
    return this.#steps.length < count ? null : mean(this.#steps.slice(-count).map(({ energy }) => energy));
  }
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function lufs(energy) {
  return energy === null ? null : OFFSET_LU + 10 * Math.log10(Math.max(energy, 1e-12));
}
