// When changes are told: previews while a hand moves, one edit when it has let go for a while.

const PREVIEW_MS = 60;
const SETTLE_MS = 600;

export class Pace {
  #preview;
  #settle;
  #last = 0;
  #previewing = null;
  #settling = null;
  #dirty = false;
  held = false;

  // preview: called at most every 60 ms and always after the last move; settle: called once when all is done.
  constructor({ preview, settle }) {
    this.#preview = preview;
    this.#settle = settle;
  }

  // Something was moved and not yet told by settle.
  get dirty() {
    return this.#dirty;
  }

  moved(heard = true) {
    this.#dirty = true;
    if (heard && this.#previewing === null) {
      const wait = this.#last + PREVIEW_MS - performance.now();
      if (wait <= 0) this.#tell();
      else this.#previewing = setTimeout(() => this.#tell(), wait);
    }
    if (!this.held) this.#arm();
  }

  hold() {
    this.held = true;
    clearTimeout(this.#settling);
  }

  letGo() {
    this.held = false;
    if (this.#dirty) this.#arm();
  }

  flush() {
    if (!this.#dirty) return;
    clearTimeout(this.#settling);
    if (this.#previewing !== null) this.#tell();
    this.#dirty = false;
    this.#settle();
  }

  // Forgets what was moved.
  drop() {
    clearTimeout(this.#settling);
    clearTimeout(this.#previewing);
    this.#previewing = null;
    this.#dirty = false;
  }

  #arm() {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.flush(), SETTLE_MS);
  }

  #tell() {
    clearTimeout(this.#previewing);
    this.#previewing = null;
    this.#last = performance.now();
    this.#preview();
  }
}
