/**
 * Which frame of the track is due at which tick, a tick being one frame of the audio's own clock: spans {tick, frame,
 * end} that follow each other without a gap, the frames from `frame` to `end` from `tick` on. Without a loop there is
 * one, which never ends.
 */
export class Timeline {
  #spans;

  /** loop: {start, end} in frames or null; a loop that lies before the frame is none. */
  constructor(tick, frame, loop) {
    this.loop = loop && frame < loop.end ? loop : null;
    this.#spans = [{ tick, frame, end: this.loop ? loop.end : Infinity }];
  }

  /** The spans up to a tick, the one under way at `from` first. */
  spans(from, until) {
    for (let last = this.#spans.at(-1); endOf(last) < until; last = this.#spans.at(-1)) {
      this.#spans.push({ tick: endOf(last), frame: this.loop.start, end: this.loop.end });
    }
    const first = this.#spans.findLastIndex(({ tick }) => tick <= from);
    return this.#spans.slice(Math.max(0, first)).filter(({ tick }) => tick < until);
  }

  frameAt(tick) {
    const [span] = this.spans(tick, tick + 1).slice(-1);
    return span ? span.frame + Math.max(0, tick - span.tick) : this.#spans[0].frame;
  }

  /** Forget what is over. */
  pass(tick) {
    while (this.#spans.length > 1 && endOf(this.#spans[0]) < tick) this.#spans.shift();
  }
}

function endOf({ tick, frame, end }) {
  return tick + end - frame;
}
