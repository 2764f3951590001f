import { BlindTest } from "./blind.js";
import { Choice, EDIT } from "./choice.js";
import { decoded, fetched } from "./decoding.js";
import { Library } from "./library.js";
import { common, DRY, rivals, takesAreHere } from "./offers.js";
import { isWithin, segmentsOf, stretchOf, voiceOf } from "./sounds.js";
import { Transport } from "./transport.js";
import { Waiting } from "./waiting.js";

const [AHEAD, BESIDE] = [12, 4]; // seconds that are here of what is heard, and of what else can be
const ENOUGH = 0.3; // of what is to be heard now
const SILENT_MS = 2000; // after a press, until it is said that nothing sounds

/**
 * What is heard of what was chosen: what of it is there, what is to be fetched, what is played meanwhile. It knows
 * nothing of the page. A sound, that of a version or a preview, is known by its url.
 */
export class Playback extends Choice {
  #sounds = new Map(); // versions that there are, or that are still heard, by url
  #tickets = 0;
  #pressed = false;
  #eager = false; // play as soon as there is something to hear
  #waiting = new Waiting(() => this.changed());
  #silent = new Waiting(() => this.changed(), SILENT_MS);

  /**
   * changed() after anything changed; failed(words) where something could not be had; opened(context) makes meters ready.
   */
  constructor({ changed, failed, opened }) {
    super();
    this.changed = changed;
    this.failed = failed;
    this.transport = new Transport({
      started: () => this.changed(),
      ended: () => this.changed(),
      looked: () => this.#look(),
      opened,
    });
    this.library = new Library({
      arrived: () => this.#arrived(),
      lost: (url, reason) => this.#lost(url, reason),
    });
  }

  get playing() {
    return this.transport.playing || this.transport.starting || this.#eager;
  }

  /** Something was to be heard a while ago and is not here yet. */
  get waiting() {
    return this.#waiting.long;
  }

  /** Play was pressed a while ago and the browser's clock for sound still stands. */
  get silent() {
    return this.transport.starting && this.#silent.long;
  }

  /** The id of what is heard. */
  get audible() {
    const { audible } = this.transport;
    return this.version(this.selected)?.url === audible ? this.selected : (this.#sounds.get(audible)?.id ?? audible);
  }

  /** The ids of the versions that can be heard at once. */
  get loaded() {
    return this.offered.filter(({ version }) => this.#isReady(version)).map(({ id }) => id);
  }

  /** The ids of the versions that could not be had, and why. */
  get lost() {
    const reason = ({ url }) => this.library.failed.get(url);
    return new Map((this.data?.versions ?? []).filter(reason).map((version) => [version.id, reason(version)]));
  }

  open(data) {
    const before = this.data;
    if (before?.session !== data?.session) this.#begin(data?.sample_rate);
    this.data = data;
    if (!data) return this.changed();
    const known = [...this.#sounds].filter(([url]) => this.transport.has(url));
    this.#sounds = new Map([...known, ...data.versions.map((version) => [version.url, version])]);
    const fresh = !before || before.session !== data.session || before.current !== data.current;
    if (fresh && this.preview) this.preview.over = true;
    if (fresh || (this.selected !== EDIT && !this.version(this.selected))) this.selected = data.current ?? DRY;
    if (!this.test) this.#level();
    this.#settle();
  }

  play() {
    if (!this.data) return;
    this.#pressed = true;
    this.#eager = true;
    this.transport.wake();
    this.#settle();
  }

  pause() {
    this.#eager = false;
    this.transport.pause();
    this.#silent.note(false);
    this.changed();
  }

  /** A press while the browser still keeps the sound from starting is another try. */
  toggle() {
    if (this.playing && !this.transport.starting) this.pause();
    else this.play();
  }

  seek(seconds) {
    const to = Math.min(Math.max(0, seconds), this.duration);
    if (this.part && !isWithin(stretchOf(this.part), to)) this.#letGo(to);
    else this.#arrange(to);
    this.#settle();
  }

  /** Hear a version, or "edit" for the preview; in a blind test one of its names. What is not here yet is heard once it is. */
  select(id) {
    if (this.test) {
      if (this.test.names.includes(id)) this.test.heard = id;
    } else if (id === EDIT ? this.preview && !this.preview.over : this.version(id)) {
      this.selected = id;
      this.library.failed.delete(this.version(id)?.url);
    }
    this.#settle();
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
    if (this.part && region && !common(region, stretchOf(this.part))) this.#letGo();
    this.#arrange(region && !isWithin(region, this.transport.position) ? this.loopWith(this.part).start : null);
    this.#settle();
  }

  /**
   * Hear a short sound in place of the current version. sound: {url} or {buffer} (a file's bytes, or decoded), start
   * in seconds into the track, label in words, name for its button, gain_db. True once it is heard, false where
   * another came after it. Raises an error where it cannot be had.
   */
  async hearPreview({ url, buffer, start, label = "", name = "Edit", gain_db = 0 }) {
    const [ticket, data] = [++this.#tickets, this.data];
    const bytes = buffer ?? (await fetched(url));
    const sound = bytes instanceof AudioBuffer ? bytes : await decoded(bytes.slice(0), data.sample_rate);
    if (ticket !== this.#tickets || data?.session !== this.data?.session || !this.data) return false;
    if (this.test) this.leaveBlind();
    const { excerpt } = this.data;
    const tail = excerpt?.start === start ? excerpt.end : Infinity; // what rings on after the excerpt is not looped
    const [seconds, end] = [sound.duration, Math.min(start + sound.duration, tail, this.duration)];
    const heard = { url: `${EDIT}:${ticket}`, start, seconds, end, whole: false, gain_db, buffer: sound };
    this.preview = { ...heard, name, label, over: false };
    this.selected = EDIT;
    this.#eager = true;
    this.#settle();
    return true;
  }

  /** Back to the current version, at the same place. False where there is no preview. */
  leavePreview() {
    this.#tickets += 1;
    if (!this.preview || this.preview.over) return false;
    this.#endPreview();
    return true;
  }

  /** The current version against other takes, the previous or dry, with hidden names. False where there is nothing to test. */
  async beginBlind() {
    const { session } = this.data;
    const versions = [this.version(this.data.current), ...rivals(this.data)];
    if (!versions[0] || versions[0] === versions[1] || !takesAreHere(this.data) || this.test || this.preparing) return false;
    this.#pressed = true;
    const ready = await new Promise((done) => {
      this.preparing = { versions, done };
      this.#settle();
    });
    if (this.data?.session !== session) return false;
    this.preparing = null;
    if (!ready) return this.changed(), false;
    if (this.preview) this.#endPreview();
    this.test = new BlindTest(versions);
    this.#level();
    this.play();
    return true;
  }

  /** choice: a name, or null for no difference. What the event says of it. */
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
    return true;
  }

  /** Try again for whatever could not be had; the current version is heard once it is there. */
  retry() {
    if (this.lost.has(this.data.current)) this.selected = this.data.current;
    this.library.failed.clear();
    this.#settle();
  }

  /** Another track, of so many Hz, or none. */
  #begin(rate) {
    this.forget();
    this.#tickets += 1;
    this.#eager = false;
    this.#sounds.clear();
    this.library.begin(rate);
    this.transport.begin(rate);
  }

  /** The second from which a sound would be heard. */
  #entry(sound) {
    const { position, playing } = this.transport;
    const here = !playing && position >= this.duration ? 0 : position;
    const bound = this.boundOf(sound);
    const loop = bound && this.loopWith(bound);
    return loop && !isWithin(loop, here) ? loop.start : here;
  }

  #isReady(sound) {
    const from = this.#entry(sound);
    const loop = this.loopWith(this.boundOf(sound) ?? this.part);
    const to = loop && from < loop.end ? Math.min(from + ENOUGH, loop.end) : from + ENOUGH;
    return this.transport.ready(sound.url, from, to);
  }

  /** Hear what is wanted as soon as it is there; then tell. */
  #settle() {
    const { data, transport } = this;
    if (!data) return;
    if (this.#isLost(this.wanted)) this.selected = this.#instead() ?? this.selected;
    const wanted = this.wanted;
    this.#enrol();
    const ready = this.tested.length ? this.tested.every((each) => this.#isReady(each)) : this.#isReady(wanted);
    if (this.preparing && (ready || this.tested.some(({ url }) => this.library.failed.has(url)))) this.preparing.done(ready);
    if (ready && !this.preparing && transport.audible !== wanted.url) transport.hear(wanted.url);
    transport.together = this.tested.map(({ url }) => url);
    if (transport.audible === wanted.url) this.#bind(this.boundOf(wanted));
    this.#release();
    if (this.#eager && transport.audible === wanted.url && ready) {
      this.#eager = false;
      if (!transport.playing) this.#arrange(this.#entry(wanted));
      transport.play();
    }
    if (this.#eager && this.offered.every(({ version }) => this.library.failed.has(version.url))) this.pause();
    transport.attend();
    this.#look();
    this.changed();
  }

  /** Voices for all that can be heard. */
  #enrol() {
    this.transport.length = this.duration;
    for (const sound of this.inUse.filter(({ url }) => !this.transport.has(url))) {
      const piece = (number) => this.library.piece(sound.url, number);
      this.transport.add(sound.url, voiceOf(sound, this.data, piece), this.gainOf(sound));
    }
  }

  /** Loop a part, and where it plays, go to where it is heard. */
  #bind(part) {
    if (!part || this.part?.url === part.url) return;
    this.part = part;
    const { playing, position } = this.transport;
    const loop = this.loopWith(part);
    this.#arrange(playing && !isWithin(loop, position) ? loop.start : null);
  }

  /** What is of no use any more: voices, a preview, the loop that was there for a part alone. */
  #release() {
    const { audible, ids } = this.transport;
    const used = new Set([audible, ...this.inUse.map(({ url }) => url)]);
    if (this.part && !used.has(this.part.url)) {
      this.part = null;
      this.#arrange();
    }
    if (this.preview && !used.has(this.preview.url)) this.preview = null;
    ids.filter((url) => !used.has(url)).forEach((url) => this.transport.remove(url));
  }

  /** Somebody wants to be elsewhere: a preview ends, a version of which no more is there stays where it can be heard. */
  #letGo(seconds = null) {
    const { audible, playing } = this.transport;
    if (this.part.url === this.preview?.url && !this.preview.over) return this.#endPreview(seconds);
    if (audible !== this.part.url) this.part = null;
    this.#arrange(this.part && playing ? this.loopWith(this.part).start : seconds);
  }

  /** Have fetched what comes next, and note whether that is waited for. */
  #look() {
    if (!this.data) return;
    const wanted = this.wanted;
    const heard = this.transport.playing && this.#sounds.get(this.transport.audible);
    const some = (sound, seconds) => {
      const loop = this.loopWith(this.boundOf(sound) ?? this.part);
      return segmentsOf(sound, this.data, this.#entry(sound), seconds, loop);
    };
    const beside = this.#pressed ? this.inUse : [this.version(this.data.current), this.version(DRY)];
    this.library.want([
      ...some(wanted, ENOUGH),
      ...(heard ? some(heard, BESIDE) : []),
      ...(this.#pressed ? some(wanted, AHEAD) : []),
      ...beside.filter(Boolean).flatMap((sound) => some(sound, this.#pressed ? BESIDE : ENOUGH)),
    ]);
    this.#silent.note(this.transport.starting);
    this.#waiting.note(this.#eager || this.transport.stalled || (!this.#isLost(wanted) && !this.#isReady(wanted)));
  }

  #isLost(sound) {
    return !this.test && this.library.failed.has(sound.url) && this.transport.audible !== sound.url;
  }

  /** The id of what is heard in place of what cannot be had: what was heard, else what is here. */
  #instead() {
    const there = [this.audible, this.data.current, this.data.previous, DRY, ...this.loaded];
    return there.find((id) => this.version(id) && this.#isReady(this.version(id)));
  }

  #arrived() {
    this.transport.attend();
    this.#settle();
  }

  #lost(url, reason) {
    const { id } = this.#sounds.get(url);
    if (this.version(id)?.url !== url) return this.library.failed.delete(url); // newer sound has taken its place
    this.failed(`${this.labelOf(id)} could not be loaded: ${reason}.`);
    this.#settle();
  }

  #level() {
    this.#sounds.forEach((sound, url) => this.transport.setGain(url, this.gainOf(sound)));
  }

  #arrange(seconds = null) {
    this.transport.arrange(this.loopWith(this.part), seconds);
  }

  #endPreview(seconds = null) {
    this.preview.over = true;
    if (this.selected === EDIT) this.selected = this.data.current ?? DRY;
    this.#settle();
    if (seconds !== null) this.seek(seconds);
  }
}
