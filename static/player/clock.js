const AHEAD = 0.025; // seconds: the audio thread works in bursts, and what is planned for later than one is exact
const QUANTA = 256; // frames: what starts is taken up a quantum of 128 after the one under way
const IDLE_MS = 10_000;

/**
 * The audio's own clock at the rate of a track. It counts ticks, one for each frame, and runs from the first press on, once
 * what measures the sound is ready. Times are those of the context, in seconds.
 */
export class Clock {
  context = null;
  #preparing = null;
  #ready = false;
  #timer = 0;

  /** rate: Hz, any where there is no track; opened(context) makes ready what measures. */
  constructor(rate = 48_000, opened = async () => {}) {
    Object.assign(this, { rate, opened });
  }

  get now() {
    return this.tick(this.context?.currentTime ?? 0);
  }

  get runs() {
    return this.#ready && this.context?.state === "running";
  }

  tick(time) {
    return Math.round(time * this.rate);
  }

  open() {
    clearTimeout(this.#timer);
    if (this.context) return;
    try {
      this.context = new AudioContext({ sampleRate: this.rate });
    } catch {
      this.context = new AudioContext(); // the browser resamples where it cannot play at the track's own rate
    }
    this.#preparing = this.opened(this.context).then(() => (this.#ready = true));
  }

  /** Run, as soon as the browser lets it; false where it was closed meanwhile. */
  async wake() {
    try {
      await Promise.all([this.context.resume(), this.#preparing]);
      return true;
    } catch {
      return false;
    }
  }

  /** Stand still after a while in which nothing plays. */
  rest() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.context?.suspend(), IDLE_MS);
  }

  close() {
    clearTimeout(this.#timer);
    this.context?.close();
    this.context = null;
  }

  /** A time in the near future that is on a tick. */
  soon(ahead = AHEAD) {
    const { currentTime, sampleRate, baseLatency } = this.context;
    return Math.ceil((currentTime + Math.max(ahead, 1.5 * (baseLatency || 0))) * sampleRate) / sampleRate;
  }

  /**
   * Do something at one exact time in the near future; again, for later, where that time has come meanwhile. It is told
   * the time, and the one before where that has come.
   */
  exactly(plan) {
    for (let [ahead, missed] = [AHEAD, null]; ; ahead *= 2) {
      const when = this.soon(ahead);
      plan(when, missed);
      const { currentTime, sampleRate } = this.context;
      if (currentTime + QUANTA / sampleRate <= when || ahead > 0.5) return;
      missed = when;
    }
  }
}
