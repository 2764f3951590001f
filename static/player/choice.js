import { DRY, loopOf, offers, versionOf } from "./offers.js";
import { stretchOf } from "./sounds.js";

export const EDIT = "edit";

/** What a person has chosen of what there is: a version, a loop, a preview, a blind test. It knows data and no sound. */
export class Choice {
  data = null;
  selected = DRY; // a version's id, or "edit" while a preview is chosen
  matched = true;
  region = null; // {start, end} in seconds
  test = null; // BlindTest
  preparing = null; // {versions, done} of a test that is about to begin
  preview = null; // {url, name, label, start, seconds, end, buffer, over}
  part = null; // the sound that is looped because no more of it is there

  /** The versions to choose from, in order: {slot, id, version}. */
  get offered() {
    return offers(this.data, this.selected);
  }

  /** Seconds; the longest of what is on offer. */
  get duration() {
    return Math.max(0, ...this.offered.map(({ version: { start, seconds } }) => start + seconds));
  }

  version(id) {
    return versionOf(this.data, id);
  }

  labelOf(id) {
    return this.version(id)?.label ?? "This version";
  }

  /** Linear gain of a sound as it is to be heard: levels are matched in a blind test whatever the switch says. */
  gainOf({ buffer, gain_db }) {
    return buffer || this.matched || this.test ? 10 ** (gain_db / 20) : 1;
  }

  /** The sound that should be heard now. */
  get wanted() {
    if (this.test) return this.test.version(this.test.heard);
    return this.selected === EDIT ? this.preview : this.version(this.selected);
  }

  /** The versions of a blind test, which are heard as they were when it began. */
  get tested() {
    return (this.test ?? this.preparing)?.versions ?? [];
  }

  /** All that may be heard next. */
  get inUse() {
    const preview = this.preview?.over ? null : this.preview;
    return [...this.offered.map(({ version }) => version), ...this.tested, preview].filter(Boolean);
  }

  /** The part to which a sound is bound: itself where it is one; in a blind test both sounds are bound alike. */
  boundOf(sound) {
    return (this.test?.versions ?? [sound]).find(({ whole }) => !whole) ?? null;
  }

  /** The loop where a part is bound to be looped, or none is. */
  loopWith(part) {
    return loopOf(this.region, part && stretchOf(part));
  }

  forget() {
    this.preparing?.done(false);
    this.data = this.test = this.preparing = this.preview = this.region = this.part = null;
    this.selected = DRY;
  }
}
