const NAMES = ["X", "Y"];

/**
 * Two versions under the names X and Y, by chance. Until the answer nothing outside this object tells which is which.
 */
export class BlindTest {
  #ids;
  answered = false;

  /** turn: the version that is judged; against: the other. */
  constructor(turn, against, random = Math.random) {
    this.turn = turn;
    this.against = against;
    this.#ids = random() < 0.5 ? [turn, against] : [against, turn];
  }

  get ids() {
    return [...this.#ids];
  }

  /** The version behind X or Y. */
  behind(name) {
    return this.#ids[NAMES.indexOf(name)];
  }

  /** What is told once it is answered: "X", "Y" or null (no difference) as the act's words. */
  verdict(choice) {
    this.answered = true;
    const better = choice === null ? "neither" : this.behind(choice) === this.turn ? "this" : "other";
    return { do: "answer", turn: this.turn, against: this.against === "dry" ? null : this.against, better };
  }
}

/** The part of the player that asks. */
export class BlindPanel {
  #parts;
  #host;

  /** parts: the elements; host: {hear(name), answer(choice), leave()}. */
  constructor(parts, host) {
    this.#parts = parts;
    this.#host = host;
    NAMES.forEach((name) => parts.names[name].addEventListener("click", () => host.hear(name)));
    Object.entries(parts.answers).forEach(([choice, button]) => {
      button.addEventListener("click", () => host.answer(choice === "neither" ? null : choice));
    });
    parts.leave.addEventListener("click", () => host.leave());
  }

  /** test: a BlindTest or null; heard: "X", "Y" or null; told: id to the name that people know it by. */
  show(test, heard, told) {
    const { panel, names, question, answers, result, leave } = this.#parts;
    panel.hidden = !test;
    NAMES.forEach((name) => {
      names[name].hidden = !test;
      names[name].setAttribute("aria-pressed", String(Boolean(test) && heard === name));
    });
    const answered = Boolean(test?.answered);
    question.hidden = answered;
    Object.values(answers).forEach((button) => (button.hidden = answered));
    result.hidden = !answered;
    const words = answered ? NAMES.map((name) => `${name} is ${told(test.behind(name))}`).join(", ") : "";
    if (result.textContent !== words) result.textContent = words;
    leave.textContent = answered ? "Done" : "Leave the test";
  }

  /** Where the keyboard goes when the test begins. */
  focus() {
    this.#parts.names.X.focus();
  }

  /** After the answer the buttons are gone: to the way out. */
  focusResult() {
    this.#parts.leave.focus();
  }
}
