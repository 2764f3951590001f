// One value to choose: a word out of several, or on and off.

import { element } from "./parts-dom.js";

// hand: {set(value)}.
export class Choice {
  constructor(param, name, hand) {
    this.element = element(
      "select",
      {
        class: "chain-choice", title: param.help, "data-edits": true, "aria-label": name,
        change: () => hand.set(this.element.value),
      },
      param.choices.map((word) => element("option", { value: word }, word)),
    );
  }

  show(value) {
    this.element.value = value;
  }
}

// hand: {set(value)}.
export class Switch {
  constructor(param, name, hand) {
    this.#box = element("input", {
      type: "checkbox", title: param.help, "data-edits": true, "aria-label": name,
      change: () => hand.set(this.#box.checked),
    });
    this.element = element("span", { class: "chain-choice" }, this.#box);
  }

  #box;

  show(value) {
    this.#box.checked = value;
  }
}
