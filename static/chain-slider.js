// One value to set: a slider along its scale, and the same value as text that can be typed.

import { element, put } from "./parts-dom.js";
import { clamp, fromPosition, nudge, parse, rangeText, toPosition, valueText } from "./chain-values.js";

const SAID_MS = 6000;
const PRESSES = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 };

const pressesOf = (event) => (event.altKey || event.ctrlKey || event.metaKey ? undefined : PRESSES[event.key]);

// hand: {set(value), hold(), letGo(), reset()}.
export class Slider {
  #param;
  #value;
  #held = false;

  constructor(param, name, hand) {
    this.#param = param;
    this.element = element("input", {
      type: "range", min: 0, max: 1, step: "any", class: "chain-slider", title: param.help, "data-edits": true,
      "aria-label": `${name}${param.unit ? `, in ${param.unit}` : ""}`,
      input: () => hand.set(fromPosition(param, this.element.valueAsNumber)),
      dblclick: () => hand.reset(),
      keydown: (event) => {
        const presses = pressesOf(event);
        const end = event.key === "Home" ? param.low : event.key === "End" ? param.high : undefined;
        if (presses === undefined && end === undefined) return;
        event.preventDefault();
        hand.set(end ?? nudge(param, this.#value, presses, event.shiftKey));
      },
      pointerdown: () => {
        this.#held = true;
        hand.hold();
        const done = () => {
          this.#held = false;
          this.element.value = toPosition(param, this.#value);
          for (const each of ["pointerup", "pointercancel"]) removeEventListener(each, done, true);
          hand.letGo();
        };
        for (const each of ["pointerup", "pointercancel"]) addEventListener(each, done, true);
      },
    });
  }

  // original is marked on the track.
  show(value, original) {
    this.#value = value;
    const position = toPosition(this.#param, value);
    if (!this.#held) this.element.value = position;
    put(this.element, "aria-valuetext", valueText(this.#param, value));
    const mark = toPosition(this.#param, original);
    const zero = this.#param.low < 0 && this.#param.high > 0 ? toPosition(this.#param, 0) : 0;
    for (const [name, place] of [["--from", Math.min(position, zero) || -1], ["--to", Math.max(position, zero)], ["--mark", mark]]) {
      this.element.style.setProperty(name, place.toFixed(4));
    }
  }
}

// hand: {set(value), say(text)}; say tells what became of a text that could not be taken as it is.
export class Field {
  #param;
  #name;
  #hand;
  #value;
  #typing = false;
  #silence;

  constructor(param, name, hand) {
    this.#param = param;
    this.#name = name;
    this.#hand = hand;
    this.element = element("input", {
      type: "text", class: "chain-value", autocomplete: "off", spellcheck: "false", enterkeyhint: "done",
      title: `${param.help}${param.help ? ": " : ""}${rangeText(param)}`, "data-edits": true,
      "aria-label": `${name}${param.unit ? ` in ${param.unit}` : ""}, typed`,
      focus: () => this.element.select(),
      input: () => { this.#typing = true; },
      blur: () => this.#take(),
      keydown: (event) => this.#pressed(event),
    });
    this.said = element("p", { class: "chain-said", hidden: true });
  }

  show(value) {
    this.#value = value;
    if (!this.#typing) this.element.value = valueText(this.#param, value);
  }

  #pressed(event) {
    const presses = pressesOf(event);
    if (event.key === "Enter") {
      event.preventDefault();
      this.#take();
      this.element.select();
    } else if (event.key === "Escape" && this.#typing) {
      event.stopPropagation();
      this.#typing = false;
      this.show(this.#value);
    } else if (presses && event.key !== "ArrowLeft" && event.key !== "ArrowRight") {
      event.preventDefault();
      this.#typing = false;
      this.#hand.set(nudge(this.#param, this.#value, presses, event.shiftKey));
      this.element.select();
    }
  }

  #take() {
    if (!this.#typing) return;
    this.#typing = false;
    const asked = parse(this.#param, this.element.value);
    if (asked === null) {
      this.#say(`${this.#name}: \u201c${this.element.value.trim()}\u201d is no value; it goes from ${rangeText(this.#param)}.`);
      this.show(this.#value);
      return;
    }
    const legal = clamp(this.#param, asked);
    if (legal !== asked) {
      const beyond = asked > this.#param.high ? "is the most" : asked < this.#param.low ? "is the least" : "is the nearest";
      this.#say(`${this.#name}: ${valueText(this.#param, legal)} ${beyond}; it goes from ${rangeText(this.#param)}${
        this.#param.kind === "whole" ? " in whole steps" : ""}.`);
    }
    if (legal !== this.#value) this.#hand.set(legal);
    this.show(legal);
  }

  #say(text) {
    this.said.textContent = text;
    this.said.hidden = false;
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => { this.said.hidden = true; }, SAID_MS);
    this.#hand.say(text);
  }
}
