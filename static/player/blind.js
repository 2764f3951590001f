import { say } from "./view.js";

const NAMES = ["X", "Y"];

/**
 * Two versions under the names X and Y, by chance. Until the answer nothing outside this object tells which is which.
 */
export class BlindTest {
  #order;
  heard = "X";
  answered = false;
  choice = null;

  /** turn: the version that is judged, against: the other; as they are now, whatever becomes of them meanwhile. */
  constructor(turn, against, random = Math.random) {
    this.turn = turn.id;
    this.against = against.id;
    this.versions = [turn, against];
    this.#order = random() < 0.5 ? [turn, against] : [against, turn];
  }

  /** The version behind X or Y. */
  version(name) {
    return this.#order[NAMES.indexOf(name)];
  }

  /** What is told once it is answered: "X", "Y" or null (no difference) as the event has it. */
  verdict(choice) {
    [this.answered, this.choice] = [true, choice];
    const better = choice === null ? "neither" : this.version(choice).id === this.turn ? "this" : "other";
    return { do: "answer", turn: this.turn, against: this.against === "dry" ? null : this.against, better };
  }

  /** The answer and what was what, for people. */
  get revealed() {
    const names = NAMES.map((name) => `${name} is ${this.version(name).label}`).join(", ");
    return `${this.choice ? `You prefer ${this.choice}` : "No difference heard"}: ${names}.`;
  }
}

/** The part of the player that asks. */
export class BlindPanel {
  #parts;

  /** parts: the elements; host: {hear(name), answer(choice), leave()}. */
  constructor(parts, host) {
    this.#parts = parts;
    NAMES.forEach((name) => parts.names[name].addEventListener("click", () => host.hear(name)));
    Object.entries(parts.answers).forEach(([choice, button]) => {
      button.addEventListener("click", () => host.answer(choice === "neither" ? null : choice));
    });
    parts.leave.addEventListener("click", () => host.leave());
  }

  /** test: a BlindTest or null. */
  show(test) {
    const { panel, names, question, answers, result, leave } = this.#parts;
    panel.hidden = !test;
    NAMES.forEach((name) => {
      names[name].hidden = !test;
      names[name].setAttribute("aria-pressed", String(test?.heard === name));
    });
    const answered = Boolean(test?.answered);
    question.hidden = answered;
    Object.values(answers).forEach((button) => (button.hidden = answered));
    result.hidden = !answered;
    say(result, answered ? test.revealed : "");
    say(leave, answered ? "Done" : "Leave the test");
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
