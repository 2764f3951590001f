// Chromium passes over a gain that nothing comes through, and leaves it where a ramp that ended meanwhile was last seen.
const HUM = 1e-20; // linear, -400 dB

/**
 * A gain whose ramps never jump. It remembers the line that it was given, so that a new ramp may begin in the middle
 * of another; reading the parameter back would give the value of a moment ago.
 */
export class Fader {
  #points;
  #hum;

  /** value: linear gain to begin with. */
  constructor(context, value) {
    this.node = context.createGain();
    this.node.gain.value = value;
    this.#points = [[0, value]];
    this.#hum = new ConstantSourceNode(context, { offset: HUM });
    this.#hum.connect(this.node);
    this.#hum.start();
  }

  close() {
    this.#hum.stop();
    this.node.disconnect();
  }

  /** The context time in seconds from which on it stays as it is. */
  get end() {
    return this.#points.at(-1)[0];
  }

  /** The linear gain at a context time in seconds. */
  at(time) {
    const next = this.#points.findIndex(([moment]) => moment > time);
    if (next < 0) return this.#points.at(-1)[1];
    const [[begin, from], [end, to]] = [this.#points[Math.max(0, next - 1)], this.#points[next]];
    return from + ((to - from) * (time - begin)) / (end - begin || 1);
  }

  /** Go to a linear gain in a straight line from context time `start` on, taking `seconds`; no plan beyond it stands. */
  ramp(to, start, seconds) {
    const from = this.at(start);
    const { gain, context } = this.node;
    const over = this.#points.findLastIndex(([moment]) => moment < context.currentTime - 1);
    const before = this.#points.slice(Math.max(0, over)).filter(([moment]) => moment < start);
    this.#points = [...before, [start, from], [start + seconds, to]];
    gain.cancelScheduledValues(start);
    gain.linearRampToValueAtTime(from, start);
    gain.linearRampToValueAtTime(to, start + seconds);
  }
}
