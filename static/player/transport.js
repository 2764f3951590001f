import { Fader } from "./fader.js";
import { Voice } from "./voice.js";

const AHEAD = 0.025; // seconds: the audio thread works in bursts, and what is planned for later than one is exact
const CROSSFADE = 0.01;
const DIP = 0.006; // around a jump, so that it does not click
const QUANTA = 256; // frames: what starts is taken up a quantum of 128 after the one under way
const IDLE_MS = 10_000;
const [FORESIGHT, LOOK_MS] = [4, 1000]; // seconds of loop seams planned, and how often

/**
 * One clock for every version of a track. All voices run at the same frame all the time, each behind a gain of its
 * own, and only one gain is open: to hear another version is to move two gains. Positions are whole frames of the
 * track inside and seconds outside.
 */
export class Transport {
  playing = false;
  rate = null; // Hz, of the track; set before the first voice is added
  #context = null;
  #master = null;
  #voices = new Map();
  #audible = null;
  #frame = 0; // of the track, at context time #began while playing
  #began = 0;
  #loop = null; // {start, end} in frames
  #looping = false;
  #starting = false;
  #preparing = null;
  #prepared = false;
  #seam = 0; // context time of the last seam that was planned
  #length = 0;
  #timer = 0;

  /**
   * started() and ended() are told when it begins to play and when the end of the track is reached; opened(context) makes
   * ready what measures it, and nothing plays before that.
   */
  constructor({ started, ended, opened }) {
    Object.assign(this, { started, ended, opened });
  }

  /** The context and the node that everything heard passes; null before the first press. For measuring. */
  get tap() {
    return this.#context && { context: this.#context, output: this.#master.node };
  }

  get audible() {
    return this.#audible;
  }

  /** The node through which a voice goes as its file is, before its gain; nothing before the first press. */
  outlet(id) {
    return this.#voices.get(id)?.outlet ?? null;
  }

  get position() {
    return this.rate ? this.#frameAt(this.#context?.currentTime ?? 0) / this.rate : 0;
  }

  /** id to linear gain as it is now or is being moved to. */
  get gains() {
    return Object.fromEntries([...this.#voices].map(([id, voice]) => [id, id === this.#audible ? voice.gain : 0]));
  }

  /** Length of the track in seconds: the longest of its versions. */
  set length(seconds) {
    this.#length = Math.round(seconds * (this.rate ?? 0));
    if (this.playing) this.#attend();
  }

  has(id) {
    return this.#voices.has(id);
  }

  /** Another track: silence, and a new context for its sample rate. */
  forget() {
    clearTimeout(this.#timer);
    this.#context?.close();
    this.#context = this.#master = this.#audible = this.#loop = this.rate = null;
    this.#voices.clear();
    this.playing = this.#looping = this.#starting = this.#prepared = false;
    this.#frame = this.#length = 0;
  }

  /** Join in, unheard, at the frame at which the others are. at: seconds into the track; gain: linear. */
  add(id, buffer, gain, at = 0) {
    const voice = new Voice(buffer, Math.round(at * this.rate), gain);
    this.#voices.set(id, voice);
    if (!this.#context) return;
    this.#wire(voice);
    if (this.playing) this.#exactly((when) => this.#start(voice, when, this.#frameAt(when)));
  }

  remove(id) {
    const voice = this.#voices.get(id);
    if (!voice) return;
    this.#voices.delete(id);
    if (this.#audible === id) this.#audible = null;
    if (!this.#context) return;
    const when = this.#soon();
    voice.fader.ramp(0, when, CROSSFADE);
    voice.source?.stop(when + CROSSFADE);
    setTimeout(() => voice.fader.node.disconnect(), 500);
  }

  /** Hear this voice and no other. */
  hear(id) {
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
    clearTimeout(this.#timer);
    this.#open();
    if (this.playing || !this.#length) return;
    const context = this.#context;
    if (context.state === "running" && this.#prepared) return this.#begin();
    this.#starting = true;
    const begin = () => context === this.#context && this.#starting && this.#begin();
    Promise.all([context.resume(), this.#preparing]).then(begin, () => {}); // closed meanwhile: another track
  }

  /** A press lets sound start even if what it is to play is still on its way. */
  wake() {
    if (!this.rate) return;
    this.#open();
    this.#context.resume().catch(() => {});
  }

  #begin() {
    this.#starting = false;
    if (this.playing) return;
    this.playing = true;
    if (this.#frame >= this.#length) this.#frame = 0;
    const frame = this.#frame;
    this.#exactly((when) => this.#run(when, frame));
    this.started();
  }

  pause() {
    this.#starting = false;
    if (!this.playing) return;
    const when = this.#soon();
    this.#frame = Math.min(this.#frameAt(when), this.#length);
    this.#master.ramp(0, when, DIP);
    this.playing = false;
    this.#stop(when + DIP);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#context?.suspend(), IDLE_MS);
  }

  seek(seconds) {
    this.arrange(this.loop, seconds);
  }

  get loop() {
    return this.#loop && { start: this.#loop.start / this.rate, end: this.#loop.end / this.rate };
  }

  /** Loop {start, end} in seconds, or nothing; and go to a second, where one is given, else on as before. */
  arrange(loop, seconds = null) {
    if (!this.rate) return;
    const frames = (time) => Math.min(Math.max(0, Math.round(time * this.rate)), this.#length);
    const planned = loop && { start: frames(loop.start), end: frames(loop.end) };
    const goal = seconds === null ? null : frames(seconds);
    if (!this.playing) {
      this.#loop = planned;
      this.#frame = goal ?? this.#frame;
      return;
    }
    const old = { loop: this.#loop, looping: this.#looping, frame: this.#frame, began: this.#began };
    this.#exactly((when) => {
      [this.#loop, this.#looping, this.#frame, this.#began] = [old.loop, old.looping, old.frame, old.began];
      const frame = goal ?? this.#frameAt(when); // still by the old loop
      this.#loop = planned;
      if (goal !== null) this.#master.ramp(0, when - DIP, DIP);
      this.#run(when, frame);
    });
  }

  #open() {
    if (this.#context) return;
    try {
      this.#context = new AudioContext({ sampleRate: this.rate ?? undefined });
    } catch {
      this.#context = new AudioContext(); // the browser resamples where it cannot play at the file's own rate
    }
    const context = this.#context;
    this.#preparing = this.opened(context).then(() => (this.#prepared ||= context === this.#context));
    this.#master = new Fader(context, 0);
    this.#master.node.connect(context.destination);
    this.#voices.forEach((voice) => this.#wire(voice));
    this.#mix();
  }

  #wire(voice) {
    voice.outlet = new GainNode(this.#context);
    voice.fader = new Fader(this.#context, 0);
    voice.outlet.connect(voice.fader.node).connect(this.#master.node);
  }

  #soon(ahead = AHEAD) {
    const { currentTime, sampleRate, baseLatency } = this.#context;
    return Math.ceil((currentTime + Math.max(ahead, 1.5 * (baseLatency || 0))) * sampleRate) / sampleRate;
  }

  /** Do something at one exact time in the near future; again, for later, where that time has come meanwhile. */
  #exactly(plan) {
    for (let ahead = AHEAD; ; ahead *= 2) {
      const when = this.#soon(ahead);
      plan(when);
      const { currentTime, sampleRate } = this.#context;
      if (currentTime + QUANTA / sampleRate <= when || ahead > 0.5) return;
    }
  }

  #frameAt(time) {
    if (!this.playing) return this.#frame;
    const frame = this.#frame + Math.max(0, Math.round((time - this.#began) * this.rate));
    if (!this.#looping || frame < this.#loop.end) return Math.min(frame, Math.max(this.#length, this.#frame));
    return this.#loop.start + ((frame - this.#loop.start) % (this.#loop.end - this.#loop.start));
  }

  #run(when, frame) {
    this.#stop(when);
    this.#looping = this.#loop !== null && frame < this.#loop.end;
    [this.#frame, this.#began] = [frame, when];
    this.#voices.forEach((voice) => this.#start(voice, when, frame));
    this.#master.ramp(1, when, DIP);
    this.#seam = when;
    this.#attend();
  }

  #stop(when) {
    for (const voice of this.#voices.values()) {
      voice.source?.stop(when);
      voice.source = null;
    }
  }

  #start(voice, when, frame) {
    voice.source?.stop(when);
    voice.source = null;
    const loop = this.#looping ? this.#loop : null;
    const offset = frame - voice.at;
    const buffer = loop && loop.start - voice.at < voice.buffer.length ? voice.padded(loop.end - voice.at) : voice.buffer;
    if (offset < 0 || offset >= buffer.length) return;
    voice.source = new AudioBufferSourceNode(this.#context, { buffer });
    if (loop && loop.end - voice.at <= buffer.length) {
      voice.source.loop = true;
      voice.source.loopStart = (loop.start - voice.at) / this.rate;
      voice.source.loopEnd = (loop.end - voice.at) / this.rate;
    }
    voice.source.connect(voice.outlet);
    voice.source.start(when, offset / this.rate);
    voice.since = when;
  }

  #mix() {
    if (!this.#context) return;
    const when = Math.max(this.#soon(), this.#voices.get(this.#audible)?.since ?? 0); // not before it sounds
    this.#voices.forEach((voice, id) => voice.fader.ramp(id === this.#audible ? voice.gain : 0, when, CROSSFADE));
  }

  /** See to what comes: the seams of a loop, which must not click, or the end of the track. */
  #attend() {
    clearTimeout(this.#timer);
    const now = this.#context.currentTime;
    if (this.#looping) {
      const length = (this.#loop.end - this.#loop.start) / this.rate;
      const first = this.#began + (this.#loop.end - this.#frame) / this.rate;
      const after = Math.max(now + AHEAD, this.#seam + length / 2);
      let seam = first + Math.max(0, Math.ceil((after - first) / length)) * length;
      for (; seam < now + FORESIGHT; seam += length) {
        this.#master.ramp(0, seam - DIP / 2, DIP / 2);
        this.#master.ramp(1, seam, DIP / 2);
        this.#seam = seam;
      }
      this.#timer = setTimeout(() => this.#attend(), LOOK_MS);
      return;
    }
    const left = (this.#length - this.#frameAt(now)) / this.rate;
    if (left > 0) this.#timer = setTimeout(() => this.#attend(), Math.max(20, 1000 * left));
    else this.#end();
  }

  #end() {
    this.pause();
    this.#frame = this.#length;
    this.ended();
  }
}
