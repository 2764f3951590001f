import { BLIND_NAMES, DRY } from "./offers.js";
import { say } from "./view.js";

/**
 * Versions under the names X, Y and so on, by chance. Until the answer nothing outside this object tells which is which.
 */
export class BlindTest {
  #order;
  heard = "X";
  answered = false;
  choice = null;

  /** versions: the one that is judged, then the others; as they are now, whatever becomes of them meanwhile. */
  constructor(versions, random = Math.random) {
    this.versions = versions.slice(0, BLIND_NAMES.length);
    this.#order = [];
    this.versions.forEach((version, place) => this.#order.splice(Math.floor(random() * (place + 1)), 0, version));
  }

  get names() {
    return BLIND_NAMES.slice(0, this.versions.length);
  }

  /** The version behind X or another name. */
  version(name) {
    return this.#order[this.names.indexOf(name)];
  }

  /** What is told once it is answered: the name of the best, or null for no difference, as the event has it. */
  verdict(choice) {
    [this.answered, this.choice] = [true, choice];
    const heard = this.versions.map(({ id }) => (id === DRY ? null : id));
    return { do: "answer", heard, best: choice === null ? null : this.versions.indexOf(this.version(choice)) };
  }

  /** The answer and what was what, for people. */
  get revealed() {
    const names = this.names.map((name) => `${name} is ${this.version(name).label}`).join(", ");
    return `${this.choice ? `You prefer ${this.choice}` : "No difference heard"}: ${names}.`;
  }
}

const NEITHER = "neither";

/** The part of the player that asks. */
export class BlindPanel {
  #parts;

  /** parts: the elements; host: {hear(name), answer(choice), leave()}. */
  constructor(parts, host) {
    this.#parts = parts;
    Object.entries(parts.names).forEach(([name, button]) => button.addEventListener("click", () => host.hear(name)));
    Object.entries(parts.answers).forEach(([choice, button]) => {
      button.addEventListener("click", () => host.answer(choice === NEITHER ? null : choice));
    });
    parts.leave.addEventListener("click", () => host.leave());
  }

  /** test: a BlindTest or null. */
  show(test) {
    const { panel, names, question, answers, result, leave } = this.#parts;
    panel.hidden = !test;
    const used = test?.names ?? [];
    for (const [name, button] of Object.entries(names)) {
      button.hidden = !used.includes(name);
      button.setAttribute("aria-pressed", String(test?.heard === name));
    }
    const [answered, more] = [Boolean(test?.answered), used.length > 2];
    question.hidden = answered;
    say(question, `Which is ${more ? "best" : "better"}? Loudness is matched.`);
    for (const [choice, button] of Object.entries(answers)) {
      button.hidden = answered || (choice !== NEITHER && !used.includes(choice));
      if (choice !== NEITHER) say(button, `${choice} is ${more ? "best" : "better"}`);
    }
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
