import { Clock } from "./clock.js";
import { Fader } from "./fader.js";
import { Timeline } from "./timeline.js";
import { Voice } from "./voice.js";

const CROSSFADE = 0.01; // seconds
const DIP = 0.006; // around a jump, so that it does not click
const [FORESIGHT, LOOK_MS] = [4, 1000]; // seconds that are planned, and how often: a hidden page looks once a second
const ENOUGH = 0.25; // seconds that are here before the clock goes on

/**
 * One clock for every version of a track. All voices run at the same frame all the time, each behind a gain of its
 * own, and only one gain is open: to hear another version is to move two gains. Where the next piece of what is heard
 * is not here the clock stops, and goes on when it is. Positions are whole frames of the track inside and seconds
 * outside.
 */
export class Transport {
  playing = false;
  stalled = false; // playing, but the clock waits for a piece
  #clock = new Clock();
  #master = null;
  #voices = new Map();
  #audible = null;
  together = []; // voices of which pieces are waited for like those of what is heard
  #frame = 0; // of the track, while the clock stands
  #timeline = null; // while it runs
  #edge = Infinity; // the tick at which it will stand
  #loop = null; // {start, end} in frames
  #starting = false;
  #seam = 0; // the tick of the last jump of a loop that was planned
  #length = 0;
  #timer = 0;

  /**
   * started() and ended() are told when it begins to play and at the end, looked() when it looked at what comes;
   * opened(context) makes ready what measures it.
   */
  constructor({ started, ended, looked, opened }) {
    Object.assign(this, { started, ended, looked, opened });
  }

  /** The context and the node that everything heard passes; null before the first press. For measuring. */
  get tap() {
    return this.#master && { context: this.#clock.context, output: this.#master.node };
  }

  get audible() {
    return this.#audible;
  }

  /** The node through which a voice goes as its file is, before its gain; nothing before the first press. */
  outlet(id) {
    return this.#voices.get(id)?.outlet ?? null;
  }

  get position() {
    return this.#frameAt(this.#clock.now) / this.#rate;
  }

  /** Length of the track in seconds: the longest of its versions. */
  set length(seconds) {
    this.#length = this.#frames(seconds);
    this.attend();
  }

  get ids() {
    return [...this.#voices.keys()];
  }

  has(id) {
    return this.#voices.has(id);
  }

  /** Whether a voice can be played from a second to another, as far as the track goes. */
  ready(id, from, to) {
    const end = Math.min(this.#frames(to), this.#length);
    return this.has(id) && this.#voices.get(id).reach(this.#frames(from), end) >= end;
  }

  /** Another track, of so many Hz: silence, and a clock of its own. */
  begin(rate) {
    clearTimeout(this.#timer);
    this.#clock.close();
    this.#clock = new Clock(rate, this.opened);
    this.#master = this.#audible = this.#loop = this.#timeline = null;
    this.#voices.clear();
    this.together = [];
    this.playing = this.stalled = this.#starting = false;
    this.#frame = this.#length = 0;
  }

  /** A sound as `Voice` has it, which joins in, unheard, where the others are. gain: linear. */
  add(id, sound, gain) {
    const voice = new Voice(sound, gain);
    this.#voices.set(id, voice);
    if (this.#master) this.#wire(voice);
  }

  remove(id) {
    const voice = this.#voices.get(id);
    if (!voice) return;
    this.#voices.delete(id);
    const heard = this.#audible === id;
    if (heard) this.#audible = null;
    if (!this.#master) return;
    const when = this.#clock.soon();
    if (heard) voice.fader.ramp(0, when, CROSSFADE); // any other is silent, or falls as the next one rises
    voice.stop(Math.max(when, voice.fader.end));
    setTimeout(() => voice.fader.close(), 2_000);
  }

  /** Hear this voice and no other. */
  hear(id) {
    this.attend(); // what is due of it begins, unheard
    this.#audible = id;
    this.#mix();
  }

  setGain(id, gain) {
    const voice = this.#voices.get(id);
    if (!voice || voice.gain === gain) return;
    voice.gain = gain;
    this.#mix();
  }

  /** True from the press on until the clock of a context that slept runs; only then is a plan exact. */
  get starting() {
    return this.#starting;
  }

  play() {
    this.#open();
    if (this.playing || !this.#length) return;
    const clock = this.#clock;
    if (clock.runs) return this.#begin();
    this.#starting = true;
    clock.wake().then((runs) => runs && clock === this.#clock && this.#starting && this.#begin());
  }

  /** A press lets sound start even if what it is to play is still on its way. */
  wake() {
    this.#open();
    this.#clock.wake();
  }

  #begin() {
    this.#starting = false;
    if (this.playing) return;
    this.playing = true;
    if (this.#frame >= this.#length) this.#frame = 0;
    const frame = this.#frame;
    this.#clock.exactly((when) => this.#run(when, frame));
    this.attend();
    this.started();
  }

  pause() {
    this.#starting = false;
    if (!this.playing) return;
    const when = this.#clock.soon();
    this.#frame = this.#frameAt(this.#clock.tick(when));
    this.#master.ramp(0, when, DIP);
    this.playing = this.stalled = false;
    this.#timeline = null;
    this.#voices.forEach((voice) => voice.stop(when + DIP));
    clearTimeout(this.#timer);
    this.#clock.rest();
  }

  get loop() {
    return this.#loop && { start: this.#loop.start / this.#rate, end: this.#loop.end / this.#rate };
  }

  /** Loop {start, end} in seconds, or nothing; and go to a second, where one is given, else on as before. */
  arrange(loop, seconds = null) {
    const frames = (time) => Math.min(Math.max(0, this.#frames(time)), this.#length);
    const planned = loop && { start: frames(loop.start), end: frames(loop.end) };
    const goal = seconds === null ? null : frames(seconds);
    if (goal === null && this.#loop?.start === planned?.start && this.#loop?.end === planned?.end) return;
    this.#loop = planned;
    if (!this.#timeline) this.#frame = goal ?? this.#frame;
    if (!this.playing) return;
    const [timeline, edge, frame] = [this.#timeline, this.#edge, this.#frame];
    this.#clock.exactly((when) => {
      if (goal !== null) this.#master.ramp(0, when - DIP, DIP);
      const due = timeline ? Math.min(timeline.frameAt(Math.min(this.#clock.tick(when), edge)), this.#length) : frame;
      this.#run(when, goal ?? due);
    });
    this.attend();
  }

  /** See to what comes: pieces that are due, jumps of a loop, which must not click, a piece that is missing, the end. */
  attend() {
    if (!this.playing) return;
    clearTimeout(this.#timer);
    if (this.#timeline && this.#clock.now >= this.#edge) this.#stall();
    if (this.stalled && this.#canGoOn()) this.#clock.exactly((when) => this.#run(when, this.#frame));
    if (this.#timeline) this.#plan();
    const left = this.#timeline ? Math.min(this.#edge, this.#endTick()) - this.#clock.now : Infinity;
    if (left <= 0 && this.#edge === Infinity) return this.#end();
    this.#timer = setTimeout(() => this.attend(), Math.min(LOOK_MS, Math.max(20, (1000 * left) / this.#rate)));
    this.looked();
  }

  get #rate() {
    return this.#clock.rate;
  }

  #frames(seconds) {
    return Math.round(seconds * this.#rate);
  }

  #frameAt(tick) {
    return this.#timeline ? Math.min(this.#timeline.frameAt(Math.min(tick, this.#edge)), this.#length) : this.#frame;
  }

  /** The tick at which the end of the track is reached. */
  #endTick() {
    return this.#timeline.loop ? Infinity : this.#clock.now + this.#length - this.#timeline.frameAt(this.#clock.now);
  }

  #open() {
    this.#clock.open();
    if (this.#master) return;
    const { context } = this.#clock;
    this.#master = new Fader(context, 0);
    this.#master.node.connect(context.destination);
    this.#voices.forEach((voice) => this.#wire(voice));
    this.#mix();
  }

  #wire(voice) {
    const { context } = this.#clock;
    [voice.outlet, voice.fader] = [new GainNode(context), new Fader(context, 0)];
    voice.outlet.connect(voice.fader.node).connect(this.#master.node);
  }

  #run(when, frame) {
    const tick = this.#clock.tick(when);
    this.#voices.forEach((voice) => voice.stop(when));
    this.#timeline = new Timeline(tick, frame, this.#loop);
    [this.#edge, this.#seam, this.stalled] = [Infinity, tick, false];
    this.#voices.forEach((voice) => this.#planVoice(voice, tick, tick));
    this.#master.ramp(1, when, DIP);
  }

  #planVoice(voice, now, soon, late = false) {
    const until = soon + FORESIGHT * this.#rate;
    const spans = this.#timeline.spans(now, until);
    return voice.plan({ context: this.#clock.context, rate: this.#rate, spans, now, soon, until, late });
  }

  get #watched() {
    return [this.#audible, ...this.together];
  }

  #plan() {
    const [now, watched, before] = [this.#clock.now, this.#watched, this.#edge];
    this.#timeline.pass(now - this.#rate);
    this.#clock.exactly((when, missed) => {
      this.#edge = Infinity;
      for (const [id, voice] of this.#voices) {
        if (missed !== null) voice.stop(0, this.#clock.tick(missed));
        const gap = this.#planVoice(voice, now, this.#clock.tick(when), !watched.includes(id));
        if (watched.includes(id)) this.#edge = Math.min(this.#edge, gap);
      }
    });
    this.#shape(now, before);
  }

  /** The fall at the edge and the dips where a loop jumps. before: the edge until now. */
  #shape(now, before) {
    const [edge, seam] = [this.#edge, this.#seam];
    const early = (time) => Math.max(time, this.#clock.soon());
    if (before !== edge && before < Infinity) this.#master.ramp(1, early(before / this.#rate - DIP), DIP); // it goes on
    this.#seam = Math.min(seam, edge - 1);
    for (const { tick } of this.#timeline.spans(now, Math.min(edge, now + FORESIGHT * this.#rate))) {
      if (tick <= this.#seam) continue;
      this.#master.ramp(0, tick / this.#rate - DIP / 2, DIP / 2);
      this.#master.ramp(1, tick / this.#rate, DIP / 2);
      this.#seam = tick;
    }
    if (edge < Infinity && (before !== edge || seam !== this.#seam)) this.#master.ramp(0, early(edge / this.#rate - DIP), DIP);
  }

  /** What is heard has come to a piece that is not here. */
  #stall() {
    this.#frame = this.#frameAt(this.#edge);
    this.#timeline = null;
    this.stalled = true;
    this.#voices.forEach((voice) => voice.stop(0));
  }

  #canGoOn() {
    const from = this.#frame;
    const to = Math.min(from + ENOUGH * this.#rate, this.#loop && from < this.#loop.end ? this.#loop.end : Infinity, this.#length);
    return this.#watched.every((id) => this.#voices.get(id)?.reach(from, to) >= to);
  }

  #mix() {
    if (!this.#master) return;
    const since = (this.#voices.get(this.#audible)?.since ?? 0) / this.#rate;
    const when = Math.max(this.#clock.soon(), since); // not before it sounds
    this.#voices.forEach((voice, id) => voice.fader.ramp(id === this.#audible ? voice.gain : 0, when, CROSSFADE));
  }

  #end() {
    this.pause();
    this.#frame = this.#length;
    this.ended();
  }
}
