import { BlindTest } from "./blind.js";
import { decoded, fetched } from "./decoding.js";
import { Library } from "./library.js";
import { common, DRY, loopOf, offers, versionOf } from "./offers.js";
import { Transport } from "./transport.js";

const EDIT = "edit";

/**
 * What is heard: which version is wanted and which is there, the loop, a short preview in its place, a blind test.
 * It knows sound and data, and nothing of the page.
 */
export class Playback {
  data = null;
  selected = DRY; // a version's id, or "edit" while a preview is chosen
  matched = true;
  region = null; // {start, end} in seconds
  test = null; // BlindTest
  preparing = null; // the two ids of a test that is about to begin
  preview = null; // {voice, name, label, start, end, over}
  #tickets = 0;
  #pressed = false;
  #eager = false; // play as soon as there is something to hear

  /**
   * changed() after anything changed; failed(words) where something could not be had; opened(context) makes meters ready.
   */
  constructor({ changed, failed, opened }) {
    this.changed = changed;
    this.failed = failed;
    this.transport = new Transport({ started: () => this.changed(), ended: () => this.changed(), opened });
    this.library = new Library({
      loaded: (id, buffer) => this.#join(id, buffer),
      lost: (id, reason) => this.failed(`${this.labelOf(id)} could not be loaded: ${reason}.`),
      dropped: (id) => this.transport.remove(id),
      changed: () => this.#settle(),
      held: () => [this.transport.audible, this.selected, ...(this.preparing ?? []), ...(this.test?.ids ?? [])],
      offered: () => this.offered.map(({ id }) => id),
    });
  }

  /** The versions to choose from, in order: {slot, id, version}. */
  get offered() {
    return offers(this.data, this.selected);
  }

  get playing() {
    return this.transport.playing || this.transport.starting || this.#eager;
  }

  get waiting() {
    return this.#eager;
  }

  /** Seconds; the longest of what is on offer. */
  get duration() {
    return Math.max(0, ...this.offered.map(({ id, version }) => this.library.seconds(id) ?? version.seconds));
  }

  version(id) {
    return versionOf(this.data, id);
  }

  labelOf(id) {
    return this.version(id)?.label ?? "This version";
  }

  /** Linear gain of a version as it is to be heard: levels are matched in a blind test whatever the switch says. */
  gainOf(id) {
    const decibels = this.matched || this.test ? (this.version(id)?.gain_db ?? 0) : 0;
    return 10 ** (decibels / 20);
  }

  open(data) {
    const before = this.data;
    if (before?.session !== data?.session) this.#forget();
    this.data = data;
    if (!data) return this.changed();
    const fresh = !before || before.session !== data.session || before.current !== data.current;
    if (fresh && this.preview) this.preview.over = true;
    if (fresh || (this.selected !== EDIT && !this.version(this.selected))) this.selected = data.current ?? DRY;
    this.#level();
    this.#settle();
    this.#load();
  }

  play() {
    if (!this.data) return;
    this.#pressed = true;
    this.#eager = true;
    this.transport.wake();
    this.#load();
    this.#settle();
  }

  pause() {
    this.#eager = false;
    this.transport.pause();
    this.changed();
  }

  /** A press while the browser still keeps the sound from starting is another try. */
  toggle() {
    if (this.playing && !this.transport.starting) this.pause();
    else this.play();
  }

  seek(seconds) {
    const to = Math.min(Math.max(0, seconds), this.duration);
    if (this.preview && (to < this.preview.start || to >= this.preview.end)) this.#endPreview(to);
    else this.#arrange(to);
    this.changed();
  }

  /** Hear a version, or "edit" for the preview; in a blind test "X" or "Y". What is not here yet is heard once it is. */
  select(id) {
    if (this.test) {
      if (["X", "Y"].includes(id)) this.test.heard = id;
    } else if (id === EDIT ? this.preview && !this.preview.over : this.version(id)) {
      this.selected = id;
      this.library.failed.delete(id);
    }
    this.#settle();
    this.#load();
  }

  setMatched(matched) {
    if (this.test) return;
    this.matched = matched;
    this.#level();
    this.changed();
  }

  /** Loop {start, end} in seconds, or nothing. */
  setRegion(region) {
    this.region = region;
    const { preview } = this;
    if (preview && region && !common(region, preview)) this.#endPreview();
    const { position } = this.transport;
    this.#arrange(region && (position < region.start || position >= region.end) ? loopOf(this.region, this.preview).start : null);
    this.changed();
  }

  /**
   * Hear a short sound in place of the current version. sound: {url} or {buffer} (a file's bytes, or decoded), start
   * in seconds into the track, label in words, name for its button, gain_db. True once it is heard, false where
   * another came after it. Raises an error where it cannot be had.
   */
  async hearPreview({ url, buffer, start, label = "", name = "Edit", gain_db = 0 }) {
    const [ticket, data] = [++this.#tickets, this.data];
    const bytes = buffer ?? (await fetched(url));
    const rate = this.library.rate;
    const sound = bytes instanceof AudioBuffer ? bytes : await decoded(bytes.slice(0), rate);
    if (ticket !== this.#tickets || data?.session !== this.data?.session || !this.data) return false;
    if (this.test) this.leaveBlind();
    const old = this.preview?.voice;
    const { excerpt } = this.data;
    const tail = excerpt?.start === start ? excerpt.end : Infinity; // what rings on after the excerpt is not looped
    const end = Math.min(start + sound.duration, tail, this.duration);
    const voice = `${EDIT}:${ticket}`;
    this.preview = { voice, name, label, start, end, over: false };
    this.library.rate ??= sound.sampleRate;
    this.#ready();
    this.transport.add(voice, sound, 10 ** (gain_db / 20), start);
    const { position } = this.transport;
    const loop = loopOf(this.region, this.preview);
    this.#arrange(position >= loop.start && position < loop.end ? null : loop.start);
    this.selected = EDIT;
    this.#eager = true;
    this.#settle();
    if (old) this.transport.remove(old);
    return true;
  }

  /** Back to the current version, at the same place. False where there is no preview. */
  leavePreview() {
    this.#tickets += 1;
    if (!this.preview || this.preview.over) return false;
    this.#endPreview();
    this.#load();
    return true;
  }

  /** The current version against the previous, or against dry, with hidden names. False where there is nothing to test. */
  async beginBlind() {
    const { current, previous, session } = this.data;
    const turn = this.version(current);
    const against = (previous !== current && this.version(previous)) || this.version(DRY);
    if (!turn || turn === against || this.test || this.preparing) return false;
    this.#pressed = true;
    this.preparing = [turn.id, against.id];
    this.changed();
    const ready = await Promise.all([turn, against].map((version) => this.library.load(version)));
    if (this.data?.session !== session) return false;
    this.preparing = null;
    if (!ready.every(Boolean)) return this.changed(), false;
    if (this.preview) this.#endPreview();
    this.test = new BlindTest(turn, against);
    this.#level();
    this.play();
    return true;
  }

  /** choice: "X", "Y" or null for no difference. What the event says of it. */
  answerBlind(choice) {
    const answer = this.test.verdict(choice);
    this.changed();
    return answer;
  }

  leaveBlind() {
    if (!this.test) return false;
    this.test = null;
    this.selected = this.data.current ?? DRY;
    this.#level();
    this.#settle();
    this.#load();
    return true;
  }

  /** Try again for whatever could not be had; the current version is heard once it is there. */
  retry() {
    const lost = [...this.library.failed.keys()];
    this.library.failed.clear();
    if (lost.includes(this.data.current)) this.selected = this.data.current;
    lost.map((id) => this.version(id)).forEach((version) => version && this.library.load(version));
    this.#load();
  }

  #forget() {
    this.data = this.test = this.preparing = this.preview = this.region = null;
    this.#tickets += 1;
    this.#eager = false;
    this.selected = DRY;
    this.library.forget();
    this.transport.forget();
  }

  /** The id of the voice that should be heard now. */
  #wanted() {
    if (this.test) return this.test.behind(this.test.heard);
    return this.selected === EDIT ? this.preview.voice : this.selected;
  }

  /** Hear what is wanted as soon as it is there; then tell. */
  #settle() {
    const [wanted, audible] = [this.#wanted(), this.transport.audible];
    if (this.transport.has(wanted) && wanted !== audible) {
      [audible, wanted].forEach((id) => id && this.library.hear(id));
      this.transport.hear(wanted);
    }
    if (this.preview?.over && this.transport.audible !== this.preview.voice) this.#dropPreview();
    if (this.#eager && this.transport.audible === wanted) {
      this.#eager = false;
      this.transport.play();
    }
    this.transport.length = this.duration;
    this.changed();
  }

  /** The wanted one first, then current and dry; the others once somebody listens. */
  async #load() {
    const { session, current } = this.data;
    const rest = this.#pressed ? this.offered.map(({ id }) => id) : [];
    for (const id of [this.selected, current, DRY, ...rest]) {
      const version = this.version(id);
      if (!version) continue;
      if (!this.library.failed.has(id)) await this.library.load(version);
      if (this.data?.session !== session) return;
      if (this.library.failed.has(id)) this.#doWithout(id);
    }
    if (this.#eager && !this.library.ids.length) this.pause();
  }

  /** What was wanted cannot be had: on with what is heard, else with what is here. */
  #doWithout(id) {
    if (this.selected !== id) return;
    const there = [this.transport.audible, this.data.current, this.data.previous, DRY, ...this.library.ids];
    const instead = there.find((other) => this.version(other) && this.library.has(other));
    if (!instead) return;
    this.selected = instead;
    this.#settle();
  }

  #join(id, buffer) {
    this.#ready();
    this.transport.add(id, buffer, this.gainOf(id));
    if (this.library.failed.has(this.selected)) this.#doWithout(this.selected);
    this.#settle(); // so that what was audible until now may be dropped for it
  }

  #ready() {
    this.transport.rate ??= this.library.rate;
    this.transport.length = this.duration;
  }

  #level() {
    this.library.ids.forEach((id) => this.transport.setGain(id, this.gainOf(id)));
  }

  #arrange(seconds = null) {
    this.transport.arrange(loopOf(this.region, this.preview), seconds);
  }

  #endPreview(seconds = null) {
    this.preview.over = true;
    if (this.selected === EDIT) this.selected = this.data.current ?? DRY;
    this.#settle();
    if (seconds !== null) this.#arrange(seconds);
  }

  #dropPreview() {
    const { voice } = this.preview;
    this.preview = null;
    this.transport.remove(voice);
    this.#arrange();
  }
}
