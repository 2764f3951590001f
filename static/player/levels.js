import { element, write } from "../parts-dom.js";
import { NONE, Table } from "./figures.js";
import { DRY } from "./offers.js";
import { SpectrumPicture } from "./spectrum-picture.js";
import { tenths } from "./time.js";

const [QUIET_LUFS, FULL_DBTP] = [-50, 0]; // the ends of the bar, and where peaks are over
const STEPS_AT_REST = 10; // for who asked for less motion, once in a second is enough
const AS_THE_FILE = "as the file is, before loudness is matched";

/** [what it is, its text], of LevelsData and of Readings. */
const WHOLE = [
  ["Loudness, LUFS", (levels) => signed(levels.loudness_lufs)],
  ["Loudness range, LU", (levels) => signed(levels.loudness_range_lu)],
  ["True peak, dBTP", (levels) => signed(levels.true_peak_dbtp)],
  ["In mono, dB", (levels) => signed(-levels.mono_loss_db)],
];
const LIVE = [
  ["Momentary, LUFS", (readings) => signed(readings.momentaryLufs)],
  ["Short-term, LUFS", (readings) => signed(readings.shortTermLufs)],
  ["Integrated, LUFS", (readings) => signed(readings.integratedLufs)],
  ["True peak, dBTP", (readings) => signed(readings.truePeakDbtp)],
  ["Correlation", (readings) => signed(readings.correlation, 2)],
];

/** A number with a true minus; a dash for none. */
function signed(value, digits = 1) {
  return value === null ? NONE : value.toFixed(digits).replace(/^-(?=0\.?0*$)/, "").replace("-", "−");
}

/** The part of the player that shows levels: one slim line, and all of it on demand. */
export class Levels {
  #root;
  #metering;
  #calm = matchMedia("(prefers-reduced-motion: reduce)");
  #steps = 0;
  #playing = false;
  #heard = { id: null, name: "" };
  #picture = new SpectrumPicture();
  #whole = new Table("The whole track", "player-whole");
  #live = new Table("While it plays", "player-live");

  /** root: an empty element; metering: what measures. */
  constructor(root, metering) {
    [this.#root, this.#metering] = [root, metering];
    this.bar = element("i");
    this.peak = element("span", { class: "player-peak", title: `The true peak so far, ${AS_THE_FILE}` });
    const loud = element("span", { class: "player-loud", title: `How loud it is now, ${AS_THE_FILE}` }, this.bar);
    this.clip = element("button", { type: "button", class: "player-clip", click: () => this.clear() });
    this.figures = element("details", { class: "player-figures", toggle: () => this.#opened() },
      element("summary", {}, element("span", {}, "Levels"), loud, this.peak),
      this.#whole.table, this.#live.table, this.#picture.figure,
      element("p", { class: "player-note" }, `Numbers are of the sound ${AS_THE_FILE}.`));
    root.append(this.figures, this.clip);
    this.clear();
  }

  /** What can be told before anything plays; of a blind test nothing, or it would tell which is which. */
  show(playback) {
    const { data, offered, test, audible: id, preview, transport } = playback;
    this.#root.hidden = !data || Boolean(test);
    if (this.#root.hidden) return this.#blank();
    const columns = offered.map(({ slot, version }) => [slot, version.label, version.levels]);
    this.#whole.fill(columns, WHOLE);
    this.#playing = transport.playing;
    this.#heard = { id, name: playback.version(id)?.label ?? preview?.name ?? "" };
    this.#draw();
  }

  /** 100 ms more were measured. at: where in the track, in seconds. */
  measured(side, step, at) {
    if (side !== "heard" || this.#root.hidden) return;
    if (step.clipped && this.clip.disabled) this.#light(at);
    this.#steps += 1;
    if (!this.#calm.matches || this.#steps % STEPS_AT_REST === 0) this.#draw();
  }

  /** Put the clip light out. */
  clear() {
    this.clip.disabled = true;
    write(this.clip, "Clip");
    this.clip.title = "Lights up where samples are clipped, and stays lit until it is pressed";
  }

  #light(at) {
    this.clip.disabled = false;
    write(this.clip, "Clipped");
    this.clip.title = `${this.#heard.name} is clipped at ${tenths(at)}: three samples in a row at full scale. Press to put it out.`;
  }

  #opened() {
    this.#metering.open = this.figures.open;
    this.#draw();
  }

  #blank() {
    this.bar.style.scale = "0 1";
    write(this.peak, "");
    this.#live.fill([], LIVE);
    ["dry", "heard"].forEach((side) => this.#picture.draw(side, null));
  }

  #draw() {
    const [dry, heard] = ["dry", "heard"].map((side) => this.#metering.of(side));
    const momentary = (this.#playing ? heard?.readings.momentaryLufs : null) ?? QUIET_LUFS; // what rests is not loud
    const peak = heard?.readings.truePeakDbtp ?? null;
    this.bar.style.scale = `${Math.min(Math.max(1 - momentary / QUIET_LUFS, 0), 1)} 1`;
    write(this.peak, peak === null ? "" : `peak ${signed(peak)} dB`);
    this.peak.classList.toggle("player-over", peak > FULL_DBTP);
    if (!this.figures.open || !heard) return;
    const both = this.#heard.id !== DRY;
    const sides = [...(both ? [["dry", "Dry", dry.readings]] : []), ["heard", this.#heard.name, heard.readings]];
    this.#live.fill(sides, LIVE);
    this.#picture.draw("dry", both ? dry.bands : null);
    this.#picture.draw("heard", heard.bands);
  }
}
