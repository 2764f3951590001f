// One setting of an effect: its name, a slider, its value as text, a way back and a padlock.

import { element, icon, put, write } from "./parts-dom.js";
import { Choice, Switch } from "./chain-choice.js";
import { Field, Slider } from "./chain-slider.js";
import { valueText } from "./chain-values.js";

const WORDS = { choice: Choice, switch: Switch };

// Listens for what is done to some settings of one effect.
// hand: {set(values), hold(), letGo(), reset(names), lock(names, on), say(text)}.
export class Setting {
  #param;

  constructor(param, hand, label = param.label) {
    this.#param = param;
    const set = (value) => hand.set({ [param.name]: value });
    const reset = () => hand.reset([param.name]);
    const Words = WORDS[param.kind];
    this.controls = Words ? [new Words(param, label, { set })] :
      [new Slider(param, label, { ...hand, set, reset }), new Field(param, label, { set, say: hand.say })];
    this.reset = new ResetButton(label, reset);
    this.lock = new LockButton(label, (on) => hand.lock([param.name], on));
    this.element = element(
      "div", { class: "chain-setting", "data-setting": param.name },
      element("span", { class: "chain-label", title: param.help, "aria-hidden": "true" }, label),
      this.controls.map((control) => control.element), this.reset.element, this.lock.element,
      this.controls.map((control) => control.said),
    );
  }

  show(slot, original) {
    const value = slot.settings[this.#param.name];
    for (const control of this.controls) control.show(value, original(this.#param.name));
    this.reset.show(value !== original(this.#param.name), valueText(this.#param, original(this.#param.name)));
    this.lock.show([slot.locked.includes(this.#param.name)]);
  }
}

export class ResetButton {
  #label;

  constructor(label, reset) {
    this.#label = label;
    this.element = element(
      "button", { type: "button", class: "chain-icon chain-reset", "data-edits": true, click: reset }, icon("reset"),
    );
  }

  // The button keeps its place where there is nothing to go back to.
  show(changed, back) {
    const text = `${this.#label}: back to ${back}`;
    put(this.element, "aria-label", text);
    put(this.element, "title", text);
    const focused = document.activeElement === this.element;
    put(this.element, "data-idle", !changed);
    put(this.element, "tabindex", changed || focused ? null : -1);
    put(this.element, "aria-hidden", changed || focused ? null : "true");
  }
}

export class LockButton {
  #all = false;
  #label;
  #shown = null;

  constructor(label, lock) {
    this.element = element("button", {
      type: "button", class: "chain-icon chain-lock", "data-edits": true, click: () => lock(!this.#all),
    });
    this.rename(label);
  }

  rename(label) {
    if (label !== this.#label) this.#shown = null;
    this.#label = label;
    put(this.element, "aria-label", `Lock ${label.toLowerCase()}`);
  }

  // states: whether each of its settings is locked.
  show(states) {
    this.#all = states.every(Boolean);
    const pressed = this.#all ? "true" : states.some(Boolean) ? "mixed" : "false";
    if (pressed === this.#shown) return;
    this.#shown = pressed;
    put(this.element, "aria-pressed", pressed);
    put(this.element, "title", {
      true: `${this.#label} is locked: turns leave it as it is. Press to unlock`,
      mixed: `Some of ${this.#label.toLowerCase()} is locked. Press to lock all of it`,
      false: `Lock ${this.#label.toLowerCase()}: turns will leave it as it is`,
    }[pressed]);
    this.element.replaceChildren(icon(pressed === "false" ? "open" : "lock"));
  }
}
