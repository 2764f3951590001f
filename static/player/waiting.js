const USUAL_MS = 200;

/** Whether something has been waited for so long that people should be told. */
export class Waiting {
  long = false;
  #changed;
  #patience;
  #timer = 0;

  /** changed() is told when it has become long, after so many milliseconds. */
  constructor(changed, patience = USUAL_MS) {
    [this.#changed, this.#patience] = [changed, patience];
  }

  /** Note whether something is waited for now. */
  note(waits) {
    if (waits) return (this.#timer ||= setTimeout(() => ((this.long = true), this.#changed()), this.#patience));
    clearTimeout(this.#timer);
    this.#timer = 0;
    this.long = false;
  }
}
