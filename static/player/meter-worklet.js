import { TruePeak } from "./true-peak.js";
import { Biquad, kWeighting } from "./weighting.js";

const STEP_SECONDS = 0.1; // gating blocks of BS.1770 start every 100 ms
const FULL_SCALE = 0.999; // and a run of three such samples are clipped, as `instructfx.audio.facts` has it
const CLIPPED_RUN = 3;

/** What a channel goes on with from one sample to the next. */
class Channel {
  peak = new TruePeak();
  run = 0; // of samples at full scale

  constructor() {
    [this.shelf, this.highPass] = kWeighting(sampleRate).map((section) => new Biquad(section));
  }

  weighted(x) {
    return this.highPass.next(this.shelf.next(x));
  }
}

/**
 * Measures one sound of one or two channels, and tells each 100 ms of it, as `Readings.push` takes them. It is told true or
 * false: whether to measure.
 */
class Meter extends AudioWorkletProcessor {
  #measures = false;
  #begun = false; // to sound since it measures: what plays is planned for a moment later
  #channels = [];
  #frames = Math.round(STEP_SECONDS * sampleRate);
  #step = this.#fresh();

  constructor() {
    super();
    this.port.onmessage = ({ data }) => ([this.#measures, this.#begun] = [data, false]);
  }

  process([input]) {
    if (!this.#measures) return true;
    this.#begun ||= input.some((side) => side.some((x) => x !== 0));
    if (!this.#begun) return true;
    const sides = input.length ? input : [new Float32Array(128)]; // what has ended is silent
    while (this.#channels.length < sides.length) this.#channels.push(new Channel());
    sides.forEach((side, number) => this.#channels[number].peak.push(side));
    for (let n = 0; n < sides[0].length; n++) {
      this.#add(sides, n);
      if (++this.#step.frames === this.#frames) this.#tell();
    }
    return true;
  }

  #add(sides, n) {
    const step = this.#step;
    for (let number = 0; number < sides.length; number++) {
      const channel = this.#channels[number];
      const x = sides[number][n];
      step.energy += channel.weighted(x) ** 2;
      channel.run = Math.abs(x) >= FULL_SCALE ? channel.run + 1 : 0;
      if (channel.run === CLIPPED_RUN) step.clipped = true;
    }
    const [left, right] = [sides[0][n], sides.at(-1)[n]];
    step.left += left * left;
    step.right += right * right;
    step.both += left * right;
  }

  #tell() {
    const { frames, ...step } = this.#step;
    const peak = Math.max(...this.#channels.map((channel) => channel.peak.take()));
    this.port.postMessage({ ...step, energy: step.energy / frames, peak });
    this.#step = this.#fresh();
  }

  #fresh() {
    return { frames: 0, energy: 0, left: 0, right: 0, both: 0, clipped: false };
  }
}

registerProcessor("meter", Meter);
