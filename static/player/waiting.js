const PATIENCE_MS = 200;

/** Whether something has been waited for so long that people should be told. */
export class Waiting {
  long = false;
  #changed;
  #timer = 0;

  /** changed() is told when it has become long. */
  constructor(changed) {
    this.#changed = changed;
  }

  /** Note whether something is waited for now. */
  note(waits) {
    if (waits) return (this.#timer ||= setTimeout(() => ((this.long = true), this.#changed()), PATIENCE_MS));
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.long = false;
  }
}
