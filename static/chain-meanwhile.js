// A chain that has become another one while a hand was on it: said in one line, with what can be done about it.

import { Draft } from "./chain-draft.js";
import { element } from "./parts-dom.js";

const WAITS = "A turn is running: your change waits for it.";
const CHANGED = "The chain has become another one while you changed it.";
const AMOUNT = "A turn came while you set the amount; set it again, of what plays now.";

export const chainOf = (data) => JSON.stringify(new Draft(data));

// Whether a turn runs, or has come, since the data that a hand began with: the newest data are others.
export const overtaken = (newest, begun) => !newest.editable || chainOf(newest) !== chainOf(begun);

export class Meanwhile {
  element = element("div", { class: "chain-meanwhile", hidden: true });
  waits = false; // for a turn, or for a choice
  #keep;
  #drop;
  #tell;

  // keep, drop: called for the chain under the hand, and for the new one; tell: says a line to a screen reader.
  constructor({ keep, drop, tell }) {
    this.#keep = keep;
    this.#drop = drop;
    this.#tell = tell;
  }

  // newest, begun: ChainData, as they are now and as the hand began.
  decide(newest, begun) {
    this.waits = true;
    if (!newest.editable) this.#say(WAITS);
    else if (!overtaken(newest, begun)) this.#keep();
    else this.#say(CHANGED, this.#button("Keep mine", this.#keep), this.#button("Show the new one", this.#drop));
  }

  amountLost() {
    this.#say(AMOUNT, this.#button("All right", () => this.clear()));
  }

  clear() {
    this.waits = false;
    this.element.hidden = true;
  }

  #say(text, ...buttons) {
    this.element.replaceChildren(element("span", {}, text), ...buttons);
    this.element.hidden = false;
    this.#tell(text);
  }

  #button(text, act) {
    return element("button", { type: "button", class: "chain-choose", click: act }, text);
  }
}
