// How much of the last turn is heard: from its opposite over none of it to half as much again.

import { element, put, write } from "./parts-dom.js";
import { Field, Slider } from "./chain-slider.js";
import { toPosition, valueText } from "./chain-values.js";

/** @typedef {{turn: string, words: string, share: number}} AmountData */

const SHARE = {
  name: "share", label: "Amount", unit: "", factors: { "": 1 }, low: -1, high: 1.5, default: 1, scale: "linear",
  step: 0.01, form: "percent",
  help: "0 % is the chain before the turn, 100 % the turn as it was made, below 0 % its opposite",
};
const TICKS = [[-1, "opposite"], [0, "before"], [1, "as made"], [1.5, "more"]];
const CATCH = 0.02; // a slider near a tick under the hand lands on it

// hand: {set(share), hold(), letGo(), reset(), say(text)}.
export class Amount {
  #words = element("p", { class: "chain-amount-words" });

  constructor(hand) {
    const caught = (share) => TICKS.find(([tick]) => Math.abs(share - tick) <= CATCH)?.[0] ?? share;
    let pulled = false;
    this.slider = new Slider(SHARE, "Amount of the last turn", {
      set: (share) => hand.set(pulled ? caught(share) : share),
      hold: () => { pulled = true; hand.hold(); },
      letGo: () => { pulled = false; hand.letGo(); },
      reset: hand.reset,
    });
    this.field = new Field(SHARE, "Amount of the last turn", { set: hand.set, say: hand.say });
    const ticks = TICKS.map(([share, text]) => element(
      "span", { style: `--at: ${toPosition(SHARE, share)}` },
      element("b", {}, valueText(SHARE, share)), element("i", {}, text),
    ));
    this.element = element(
      "section", { class: "chain-amount", "aria-label": "Amount of the last turn", hidden: true },
      this.#words,
      element(
        "div", { class: "chain-amount-row" },
        element(
          "div", { class: "chain-amount-scale" },
          this.slider.element, element("div", { class: "chain-ticks", "aria-hidden": "true" }, ticks),
        ),
        this.field.element,
      ),
      this.field.said,
    );
  }

  // amount: {turn, words, share} or null; share may be another under the hand.
  show(amount, share) {
    put(this.element, "hidden", amount === null);
    if (amount === null) return;
    write(this.#words, `How much of \u201c${amount.words}\u201d`);
    this.slider.show(share, SHARE.default);
    this.field.show(share);
  }
}
