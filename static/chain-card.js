// One effect of the chain: its name, what can be done to it, and its settings.

import { element, icon, put, write } from "./parts-dom.js";
import { Equaliser } from "./chain-eq.js";
import { menu } from "./chain-menu.js";
import { LockButton, Setting } from "./chain-setting.js";

/**
 * @typedef {{label: string, summary: string, params: ParamData[], bands: BandData[], telling: string[], absent:
 * boolean}} EffectData
 */

// hand: {set(values), hold(), letGo(), reset(names), lock(names, on), bypass(on), remove(), move(by), say(text)}.
export class Card {
  #effect;
  #settings;
  #equaliser = null;
  #more = null;
  #state = { slot: null, place: 0, count: 1, original: null };
  #name = element("h3", { class: "chain-name" });

  // id: the slot's; effect: EffectData. Of one that is absent nothing can be set: it is off.
  constructor(id, effect, hand) {
    this.id = id;
    this.#effect = effect;
    const names = effect.params.map((param) => param.name);
    const made = new Map(effect.params.map((param) => [param.name, new Setting(param, hand, this.#labelOf(param))]));
    this.#settings = [...made.values()];
    this.handle = element(
      "button",
      {
        type: "button", class: "chain-icon chain-handle", "data-edits": true, title: "Drag to reorder",
        keydown: (event) => {
          const by = { ArrowUp: -1, ArrowLeft: -1, ArrowDown: 1, ArrowRight: 1 }[event.key];
          if (by === undefined) return;
          event.preventDefault();
          hand.move(by);
        },
      },
      icon("grip"),
    );
    this.switch = element("button", {
      type: "button", role: "switch", class: "chain-switch", "data-edits": true,
      click: () => hand.bypass(!this.#state.slot.bypassed),
    });
    this.lock = new LockButton("", (on) => hand.lock(names, on));
    this.menu = menu("", icon("more"), () => this.#entries(names, hand), { class: "chain-icon" });
    this.element = element(
      "div", { class: "chain-card", "data-slot": id, "data-absent": effect.absent, role: "group" },
      element(
        "div", { class: "chain-head" },
        this.handle, this.#name, element("p", { class: "chain-summary" }, effect.summary),
        effect.absent ? null : [this.lock.element, this.switch], this.menu.element,
      ),
      effect.absent ? null : element("div", { class: "chain-body" }, this.#body(made, hand)),
    );
  }

  // label: what people call the slot, which changes as others of its effect come and go.
  show(slot, label, original, place, count) {
    this.#state = { slot, place, count, original };
    this.#rename(label);
    put(this.element, "data-effect", slot.effect);
    put(this.element, "data-bypassed", slot.bypassed);
    put(this.switch, "aria-checked", slot.bypassed ? "false" : "true");
    put(this.switch, "title", slot.bypassed ? "Bypassed: press to hear it" : "Heard: press to bypass it");
    this.lock.show(this.#effect.params.map((param) => slot.locked.includes(param.name)));
    this.#equaliser?.show(slot, original);
    for (const setting of this.#settings) setting.show(slot, original);
  }

  #rename(label) {
    write(this.#name, label);
    put(this.element, "aria-label", label);
    put(this.handle, "aria-label", `Move ${label}: drag, or press the up and down arrows`);
    put(this.switch, "aria-label", `${label} is heard`);
    this.lock.rename(`all of ${label}`);
    this.menu.rename(`More for ${label}`);
  }

  #labelOf(param) {
    const band = this.#effect.bands.find((each) => [each.gain, each.frequency, each.q].includes(param.name));
    if (!band) return param.label;
    return `${band.label} ${param.name === band.q ? param.label : param.label.toLowerCase()}`;
  }

  #body(made, hand) {
    const { bands, telling, params } = this.#effect;
    const rest = params.map((param) => param.name).filter((name) => !telling.includes(name));
    const elements = (names) => names.map((name) => made.get(name).element);
    const parts = [];
    if (bands.length) {
      this.#equaliser = new Equaliser(this.#effect, hand);
      parts.push(this.#equaliser.element);
    }
    if (telling.length) parts.push(element("div", { class: "chain-settings" }, elements(telling)));
    if (rest.length) {
      const folded = element("div", { class: "chain-settings", hidden: true }, elements(rest));
      const text = bands.length ? `Each of the ${rest.length} settings` : `${rest.length} more`;
      this.#more = element("button", {
        type: "button", class: "chain-more", "aria-expanded": "false",
        click: () => {
          folded.hidden = !folded.hidden;
          put(this.#more, "aria-expanded", String(!folded.hidden));
        },
      }, text);
      parts.push(this.#more, folded);
    }
    return parts;
  }

  #entries(names, hand) {
    const { slot, place, count, original } = this.#state;
    const moving = [
      { label: "Move earlier", disabled: place === 0, act: () => hand.move(-1) },
      { label: "Move later", disabled: place === count - 1, act: () => hand.move(1) },
    ];
    const removing = { label: "Remove", act: () => hand.remove() };
    if (this.#effect.absent) return [...moving, removing];
    const changed = names.some((name) => slot.settings[name] !== original(name));
    const locked = names.every((name) => slot.locked.includes(name));
    return [
      { label: slot.bypassed ? "Hear it again" : "Bypass", act: () => hand.bypass(!slot.bypassed) },
      { label: locked ? "Unlock all of it" : "Lock all of it", act: () => hand.lock(names, !locked) },
      ...moving,
      {
        label: slot.original ? "Reset to what the planner chose" : "Reset to the defaults",
        disabled: !changed, act: () => hand.reset(names),
      },
      removing,
    ];
  }
}
