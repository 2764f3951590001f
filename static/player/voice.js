/**
 * One sound on the track's time line, in segments of one length: {start: the frame of the track at which it begins,
 * frames, segment: frames of each, whole, piece(number): its buffer, or nothing while that is not here}. Beside a whole
 * sound there is silence; beside a part there is nothing that could be played.
 */
export class Voice {
  outlet = null; // what it goes through as it is, before the fader
  fader = null;
  since = 0; // the tick from which on it can be heard
  #sources = new Map(); // {source, end, soon} by span and segment

  constructor(sound, gain) {
    Object.assign(this, sound, { gain });
  }

  get #end() {
    return this.start + this.frames;
  }

  /** The frame up to which it can be played from a frame on; `to` where that is all. */
  reach(from, to) {
    if (!this.whole && from < this.start) return from;
    for (const { number, first } of this.#segments(from, to)) if (!this.piece(number)) return Math.max(first, from);
    return this.whole ? to : Math.min(to, this.#end);
  }

  /**
   * Have played what is here of these spans, from tick `now` until another; what is due already begins at tick `soon`,
   * but not where `late` is false. The tick at which something is missing first, Infinity where nothing is.
   */
  plan({ context, rate, spans, now, soon, until, late }) {
    for (const [key, { end }] of this.#sources) if (end < now) this.#sources.delete(key);
    let gap = Infinity;
    const missing = (tick) => (gap = Math.min(gap, Math.max(tick, now)));
    for (const span of spans) {
      const tickOf = (frame) => span.tick + frame - span.frame;
      const low = span.frame + Math.max(0, now - span.tick);
      const high = Math.min(span.end, span.frame + until - span.tick);
      if (this.reach(low, high) < high) missing(tickOf(this.reach(low, high)));
      for (const { number, first, last } of this.#segments(low, high)) {
        const [key, buffer] = [`${span.tick} ${number}`, this.piece(number)];
        const [tick, end] = [tickOf(Math.max(first, low)), tickOf(Math.min(last, span.end))];
        if (!buffer || end <= soon || this.#sources.has(key)) continue;
        if (tick < soon && !late) {
          missing(tick);
          continue;
        }
        const begin = Math.max(tick, soon);
        if (begin > tick) this.since = begin;
        const source = new AudioBufferSourceNode(context, { buffer });
        source.connect(this.outlet);
        source.start(begin / rate, (begin - tickOf(first)) / rate);
        source.stop(end / rate);
        this.#sources.set(key, { source, end, soon });
      }
    }
    return gap;
  }

  /** Take back what was planned for that tick, or all, from a context time on. */
  stop(when, soon = null) {
    for (const [key, planned] of this.#sources) {
      if (soon !== null && planned.soon !== soon) continue;
      planned.source.stop(when);
      this.#sources.delete(key);
    }
  }

  /** The segments that hold some of these frames: {number, first, last}, the frames of the track that each is. */
  *#segments(from, to) {
    const at = (number) => this.start + number * this.segment;
    for (let number = Math.max(0, Math.floor((from - this.start) / this.segment)); at(number) < Math.min(to, this.#end); number++) {
      yield { number, first: at(number), last: Math.min(at(number + 1), this.#end) };
    }
  }
}
