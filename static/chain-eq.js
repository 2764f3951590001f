// The equaliser: its curve with a point for each band, and each band as one row.

import { element } from "./parts-dom.js";
import { Curve } from "./chain-curve.js";
import { LockButton, ResetButton } from "./chain-setting.js";
import { Field, Slider } from "./chain-slider.js";
import { valueText } from "./chain-values.js";

/** @typedef {{name: string, label: string, kind: string, gain: string, frequency: string, q: string}} BandData */

export class Equaliser {
  #rows;
  #curve;

  constructor(effect, hand) {
    this.#rows = effect.bands.map((band, index) => new Band(band, index, effect, hand));
    this.#curve = new Curve(effect, hand);
    this.element = element(
      "div", { class: "chain-eq" },
      this.#curve.element,
      element("div", { class: "chain-bands" }, this.#rows.map((row) => row.element)),
    );
  }

  show(slot, original) {
    this.#curve.show(slot);
    for (const row of this.#rows) row.show(slot, original);
  }
}

class Band {
  #band;
  #params;

  constructor(band, index, effect, hand) {
    this.#band = band;
    const param = (name) => effect.params.find((each) => each.name === name);
    this.#params = [param(band.gain), param(band.frequency), param(band.q)];
    const names = this.#params.map((each) => each.name);
    const set = (name) => (value) => hand.set({ [name]: value });
    this.slider = new Slider(this.#params[0], `${band.label} gain`, {
      ...hand, set: set(band.gain), reset: () => hand.reset([band.gain]),
    });
    this.fields = this.#params.map((each) => new Field(each, `${band.label} ${each.label.toLowerCase()}`, {
      set: set(each.name), say: hand.say,
    }));
    this.reset = new ResetButton(band.label, () => hand.reset(names));
    this.lock = new LockButton(band.label, (on) => hand.lock(names, on));
    const [gain, frequency, q] = this.fields;
    this.element = element(
      "div", { class: "chain-band", "data-band": band.name, role: "group", "aria-label": band.label },
      element("span", { class: "chain-label" }, element("span", { class: "chain-dot" }, String(index + 1)), band.label),
      this.slider.element, gain.element,
      element("label", { class: "chain-at" }, element("span", { "aria-hidden": "true" }, "at"), frequency.element),
      element("label", { class: "chain-at" }, element("span", { "aria-hidden": "true" }, "Q"), q.element),
      this.reset.element, this.lock.element, this.fields.map((field) => field.said),
    );
  }

  show(slot, original) {
    const [gain, frequency, q] = this.#params;
    this.slider.show(slot.settings[gain.name], original(gain.name));
    this.fields.forEach((field, index) => field.show(slot.settings[this.#params[index].name]));
    const changed = this.#params.some((each) => slot.settings[each.name] !== original(each.name));
    const text = (param) => valueText(param, original(param.name));
    this.reset.show(changed, `${text(gain)} at ${text(frequency)}, Q ${text(q)}`);
    this.lock.show(this.#params.map((each) => slot.locked.includes(each.name)));
  }
}
