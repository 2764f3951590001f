/**
 * <ifx-player>: one transport for every version of a track. Its property `data`, PlayerData, is given whole each time;
 * "dry" is always among the versions. It speaks by bubbling "part-event" events: AnswerEvent, ExcerptEvent, PinEvent,
 * ReferenceEvent and, for the page alone, {do: "error", text}.
 */
import { BlindPanel } from "./player/blind.js";
import { Dock } from "./player/dock.js";
import { NAMES, picture, showClock, showFace, shownSlots } from "./player/face.js";
import { listen, listenEverywhere } from "./player/keys.js";
import { Levels } from "./player/levels.js";
import { Metering } from "./player/metering.js";
import { DRY } from "./player/offers.js";
import { OwnReference } from "./player/own-reference.js";
import { Playback } from "./player/playback.js";
import { Region } from "./player/region.js";
import { Trajectory } from "./player/trajectory.js";
import { build } from "./player/view.js";
import { Waveform } from "./player/waveform.js";

/**
 * @typedef {{loudness_lufs: number, loudness_range_lu: number, true_peak_dbtp: number, mono_loss_db: number}} LevelsData
 */
/**
 * @typedef {{id: string, label: string, words: string, url: string, gain_db: number, peaks: number[], start: number,
 * seconds: number, whole: boolean, levels: LevelsData|null}} VersionData
 */
/** @typedef {{start: number, end: number}} ExcerptData */
/** @typedef {{turn: string, count: number, kept: number, losses: number[], url: string}} StepsData */
/**
 * @typedef {{session: string, sample_rate: number, segment_frames: number, versions: VersionData[], current: string,
 * previous: string|null, picked: string|null, pinned: string|null, takes: string[], excerpt: ExcerptData, steps:
 * StepsData|null}} PlayerData
 */
/** @typedef {{do: "excerpt", start: number}} ExcerptEvent */
/** @typedef {{do: "pin", turn: string|null}} PinEvent */
/** @typedef {{do: "reference", file: string}} ReferenceEvent */
/** @typedef {{do: "answer", heard: (string|null)[], best: number|null}} AnswerEvent */

const SEARCH = "Search"; // what the switch calls a step of it
const BY_HAND = 8; // seconds of a loop asked for by key where no excerpt is near

class Player extends HTMLElement {
  #playback = new Playback({
    changed: () => (this.#meter(), this.#redraw()),
    failed: (text) => this.#emit({ do: "error", text }),
    opened: (context) => this.#metering.prepare(context),
  });
  #metering = new Metering((side, step) => this.#levels.measured(side, step, this.#playback.transport.position));
  #view = null;
  #frame = 0;
  #changed = false;
  #stepping = false;
  #fault = "";
  #gone = null;
  #waveform;
  #levels;
  #region;
  #blind;
  #trajectory;
  #own;

  connectedCallback() {
    if (!this.#view) this.#build();
    this.#gone?.abort();
    this.#gone = new AbortController();
    const { signal } = this.#gone;
    const repaint = () => (this.#waveform.recolour(), this.#redraw());
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", repaint, { signal });
    window.addEventListener("resize", () => this.#redraw(), { signal });
    const sizes = new ResizeObserver(() => this.#redraw());
    sizes.observe(this.#view.canvas);
    const classes = new MutationObserver(repaint);
    [document.documentElement, document.body].forEach((element) => classes.observe(element, { attributeFilter: ["class"] }));
    listenEverywhere(this, { ready: () => Boolean(this.data), toggle: () => this.#playback.toggle() }, signal);
    new Dock({ place: this.#view.place, dock: this.#view.dock, root: this }).watch(signal);
    signal.addEventListener("abort", () => [sizes, classes].forEach((observer) => observer.disconnect()));
    if (Object.hasOwn(this, "data")) {
      const { data } = this; // set before the element was defined
      delete this.data;
      this.data = data;
    }
    repaint();
  }

  disconnectedCallback() {
    this.#gone.abort();
    queueMicrotask(() => this.isConnected || this.#playback.pause()); // moving it is not leaving
  }

  get data() {
    return this.#playback.data;
  }

  set data(data) {
    if (data?.session !== this.data?.session) this.#newTrack();
    this.#playback.open(data ?? null);
  }

  play() {
    this.#playback.play();
  }

  pause() {
    this.#playback.pause();
  }

  seek(seconds) {
    this.#playback.seek(seconds);
  }

  select(id) {
    this.#playback.select(id);
  }

  /** Compare with a track of one's own, which is sent. */
  refer(file) {
    this.#fault = "";
    this.#own.send(file);
  }

  /** Hear {url | buffer, start, label, gain_db} in place of the current version. True once it is heard. */
  async preview(sound) {
    try {
      const heard = await this.#playback.hearPreview(sound);
      if (heard) this.#fault = "";
      return heard;
    } catch (error) {
      this.#fail(`${sound.label || "The edit"} cannot be heard: ${error.message}.`);
      return false;
    }
  }

  /** For tests: what is heard, and the audio graph to measure it. */
  get state() {
    const { transport, library, test, selected, matched, region, preview, part, audible, loaded } = this.#playback;
    const hidden = test && !test.answered;
    const gains = loaded.map((id) => [id, id === audible ? this.#playback.gainOf(this.#playback.version(id)) : 0]);
    return {
      playing: transport.playing,
      position: transport.position,
      duration: this.#playback.duration,
      selected: test ? test.heard : selected,
      waiting: transport.stalled || !transport.playing && this.#playback.playing,
      audible: hidden ? null : audible,
      part: part && { start: part.start, end: part.start + part.seconds },
      matched,
      region: region && { ...region },
      loop: transport.loop,
      loaded,
      segments: library.size,
      failed: [...this.#playback.lost.keys()],
      gains: hidden ? {} : Object.fromEntries(gains),
      preview: preview && !preview.over ? preview.label : null,
      blind: test ? (test.answered ? "answered" : "asking") : null,
    };
  }

  /** For tests: what the meters read, of the dry track and of what is heard; null before anything plays. */
  get readings() {
    return this.#metering.readings;
  }

  get tap() {
    return this.#playback.transport.tap;
  }

  #build() {
    const playback = this.#playback;
    const view = (this.#view = build(this));
    this.#waveform = new Waveform(view.canvas);
    this.#levels = new Levels(view.levels, this.#metering);
    this.#region = new Region(view.position, view.handles, {
      duration: () => playback.duration,
      region: () => playback.region,
      seek: (seconds) => playback.seek(seconds),
      loop: (region) => playback.setRegion(region),
      redraw: () => this.#redraw(),
    });
    this.#blind = new BlindPanel(view.blind, {
      hear: (name) => playback.select(name),
      answer: (choice) => this.#answer(choice),
      leave: () => this.#leaveBlind(),
    });
    this.#trajectory = new Trajectory(view.steps, {
      rate: () => playback.data.sample_rate,
      hear: (buffer, label) => this.preview({ buffer, start: playback.data.excerpt.start, label, name: SEARCH }),
      failed: (words) => this.#fail(words),
    });
    this.#own = new OwnReference(view.own, {
      sent: (path) => this.#emit({ do: "reference", file: path }),
      failed: (words) => this.#fail(words),
      changed: () => this.#redraw(),
    });
    const on = (element, act) => element.addEventListener("click", act);
    on(view.play, () => playback.toggle());
    for (const slot of [...Object.keys(NAMES), "edit"]) on(view.slots[slot], () => this.#choose(slot));
    on(view.match, () => playback.setMatched(!playback.matched));
    on(view.loop, () => this.#toggleLoop());
    on(view.listen, () => this.#emit({ do: "excerpt", start: playback.region.start }));
    on(view.begin, async () => (await playback.beginBlind()) && this.#drawn(() => this.#blind.focus()));
    on(view.pin, () => this.#pin());
    on(view.fault.retry, () => playback.retry());
    listen(this, {
      toggle: () => playback.toggle(),
      step: (seconds) => playback.seek(playback.transport.position + seconds),
      edge: (end) => playback.seek(end ? playback.duration : 0),
      choose: (place) => this.#choose(shownSlots(playback)[place]),
      loop: () => this.#toggleLoop(),
      match: () => playback.setMatched(!playback.matched),
      escape: () => this.#escape(),
    });
  }

  #newTrack() {
    this.#fault = "";
    this.#own?.forget();
    this.#levels?.clear();
  }

  /** Let the meters measure what is heard, from the moment on at which it begins; in a blind test nothing. */
  #meter() {
    const { transport, test, audible } = this.#playback;
    const [dry, heard] = [this.#playback.version(DRY)?.url, transport.audible].map((url) => transport.outlet(url));
    const playing = transport.playing && !test;
    this.#metering.follow({ context: transport.tap?.context ?? null, dry, heard, id: audible, playing });
  }

  #emit(detail) {
    this.dispatchEvent(new CustomEvent("part-event", { bubbles: true, detail }));
  }

  #fail(text) {
    this.#fault = text;
    this.#emit({ do: "error", text });
    this.#redraw();
  }

  #choose(slot) {
    const { offered } = this.#playback;
    if (slot) this.#playback.select(offered.find((each) => each.slot === slot)?.id ?? slot);
  }

  #toggleLoop() {
    const { region, data, transport, duration } = this.#playback;
    const { position } = transport;
    if (region || !duration) return this.#playback.setRegion(null);
    const { start, end } = data.excerpt ?? { start: 0, end: 0 };
    const near = position >= start && position < end;
    const from = Math.min(position, Math.max(0, duration - BY_HAND));
    this.#playback.setRegion(near ? { start, end } : { start: from, end: Math.min(from + BY_HAND, duration) });
  }

  #escape() {
    if (this.#region.cancel() || this.#leaveBlind()) return true;
    const stepped = this.#trajectory.rest();
    if (this.#playback.leavePreview() || stepped) return true;
    if (!this.#playback.region) return false;
    this.#playback.setRegion(null);
    return true;
  }

  /** Keep what was chosen as the reference, or let go of it. */
  #pin() {
    const { data, selected } = this.#playback;
    this.#emit({ do: "pin", turn: selected === data.pinned ? null : selected });
  }

  #answer(choice) {
    this.#emit(this.#playback.answerBlind(choice));
    this.#drawn(() => this.#blind.focusResult());
  }

  #leaveBlind() {
    if (!this.#playback.leaveBlind()) return false;
    this.#drawn(() => this.#view.begin.focus());
    return true;
  }

  /** Do something once the page shows what has changed. */
  #drawn(then) {
    this.#show();
    then();
  }

  #redraw() {
    this.#changed = true;
    this.#tick();
  }

  #tick() {
    if (!this.#view || this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.#changed) this.#show();
      else this.#draw();
      if (this.#playback.transport.playing && this.isConnected) this.#tick();
    });
  }

  #show() {
    this.#changed = false;
    const { test, preview, data } = this.#playback;
    const stepping = Boolean(preview) && !preview.over && preview.name === SEARCH;
    if (this.#stepping && !stepping) this.#trajectory.rest();
    this.#stepping = stepping;
    showFace(this.#view, this.#playback, this.#fault);
    this.#levels.show(this.#playback);
    this.#own.show(this.#playback);
    this.#blind.show(test);
    this.#trajectory.show(test ? null : (data?.steps ?? null));
    this.#region.place();
    this.#draw();
  }

  #draw() {
    showClock(this.#view, this.#playback);
    this.#waveform.draw(picture(this.#playback, this.#region.shown));
  }
}

if (!customElements.get("ifx-player")) customElements.define("ifx-player", Player);
