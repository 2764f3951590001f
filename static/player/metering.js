import { Readings } from "./readings.js";
import { Spectrum } from "./spectrum.js";

const MOST_WAIT_MS = 1000; // that sound waits for its meters

/** A meter on one node of the audio graph. */
class Probe {
  readings = new Readings();
  #node;
  #spectrum = null;
  #source = null;

  constructor(context, told) {
    this.#node = new AudioWorkletNode(context, "meter", { numberOfOutputs: 0 });
    this.#node.port.onmessage = ({ data }) => (this.readings.push(data), told(data));
  }

  /** Measure this node from now on, or nothing. */
  listen(source) {
    if (source === this.#source) return;
    this.#inputs.forEach((input) => this.#source?.disconnect(input));
    this.#source = source;
    this.#inputs.forEach((input) => source?.connect(input));
  }

  set measures(on) {
    this.#node.port.postMessage(on);
  }

  /** In third octaves; it costs something, so only where somebody looks. */
  set spectrum(wanted) {
    if (Boolean(wanted) === Boolean(this.#spectrum)) return;
    const { context } = this.#node;
    if (!wanted) this.#source?.disconnect(this.#spectrum.input);
    this.#spectrum = wanted ? new Spectrum(context) : null;
    if (wanted) this.#source?.connect(this.#spectrum.input);
  }

  get bands() {
    return this.#spectrum?.read() ?? null;
  }

  get #inputs() {
    return [this.#node, ...(this.#spectrum ? [this.#spectrum.input] : [])];
  }
}

/**
 * The meters of what plays and of the dry track at the same place, each measured as its file is: before the gain that matches
 * loudness.
 */
export class Metering {
  #told;
  #context = null;
  #probes = null; // {dry, heard}
  #heard = null; // id of the version
  #measures = false;
  #open = false;

  /** told(side, step) after every 100 ms of "dry" and of "heard". */
  constructor(told) {
    this.#told = told;
  }

  /**
   * Make the meters of a new context. They have to be there before anything plays: a browser's clock may slip against what
   * plays already while the first worklet of a context starts. Where they cannot be had or take long, it plays without.
   */
  async prepare(context) {
    const patience = new Promise((done) => setTimeout(done, MOST_WAIT_MS));
    await Promise.race([this.#load(context), patience]);
  }

  /** dry and heard: the nodes to measure, or nothing; id: of what is heard. */
  follow({ context, dry, heard, id, playing }) {
    if (context !== this.#context) this.#probes = null; // of another track
    if (!this.#probes) return;
    this.#probes.dry.listen(dry);
    this.#probes.heard.listen(heard);
    if (id !== this.#heard) this.reset();
    this.#heard = id;
    if (playing !== this.#measures) Object.values(this.#probes).forEach((probe) => (probe.measures = playing));
    this.#measures = playing;
  }

  /** The totals of both begin anew. */
  reset() {
    Object.values(this.#probes ?? {}).forEach(({ readings }) => readings.reset());
  }

  /** Whether somebody looks at the spectrum. */
  set open(open) {
    this.#open = open;
    Object.values(this.#probes ?? {}).forEach((probe) => (probe.spectrum = open));
  }

  /** {readings, bands} of "dry" or "heard"; null before anything plays. */
  of(side) {
    return this.#probes?.[side] ?? null;
  }

  /** All of that as plain numbers. */
  get readings() {
    const plain = ({ readings, bands }) => {
      const { momentaryLufs, shortTermLufs, integratedLufs, truePeakDbtp, correlation } = readings;
      return { momentaryLufs, shortTermLufs, integratedLufs, truePeakDbtp, correlation, bands };
    };
    return Object.fromEntries(["dry", "heard"].map((side) => [side, this.#probes && plain(this.#probes[side])]));
  }

  async #load(context) {
    if (!context.audioWorklet) return; // nor has a page that came without TLS, but for one of this machine
    try {
      await context.audioWorklet.addModule(new URL("./meter-worklet.js", import.meta.url));
      if (context.state !== "closed") this.#begin(context);
    } catch (error) {
      console.info(`no meters: ${error.message}`);
    }
  }

  #begin(context) {
    const probe = (side) => new Probe(context, (step) => this.#told(side, step));
    this.#context = context;
    this.#probes = { dry: probe("dry"), heard: probe("heard") };
    this.#heard = null;
    this.#measures = false;
    this.open = this.#open;
  }
}
