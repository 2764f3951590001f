// The chain under a person's hands: slots as the server has them, with what was changed since.

import { clamp } from "./chain-values.js";

/**
 * @typedef {{effect: string, settings: Object<string, number>, bypassed: boolean, locked: string[], original:
 * Object<string, number>|null}} SlotData
 */
/** @typedef {{effect: string, settings?: Object<string, number>, bypassed?: boolean, locked?: string[]}} EditedSlot */

export class Draft {
  #effects;

  constructor(slots, effects) {
    this.#effects = effects;
    this.slots = slots.map((slot) => ({ ...slot, settings: { ...slot.settings }, locked: [...slot.locked] }));
  }

  slot(effect) {
    return this.slots.find((slot) => slot.effect === effect);
  }

  get missing() {
    return Object.keys(this.#effects).filter((name) => !this.slot(name));
  }

  // As Chain.to_json writes it.
  toJSON() {
    return this.slots.map(({ effect, settings, bypassed, locked }) => ({
      effect,
      settings: Object.fromEntries(this.#effects[effect].params.map(({ name }) => [name, settings[name]])),
      ...(bypassed ? { bypassed: true } : {}),
      ...(locked.length ? { locked: [...locked].sort() } : {}),
    }));
  }

  param(effect, name) {
    return this.#effects[effect].params.find((param) => param.name === name);
  }

  // What a setting was before anybody touched it by hand: what the planner chose, or its default.
  original(effect, name) {
    return this.slot(effect).original?.[name] ?? this.param(effect, name).default;
  }

  set(effect, values) {
    for (const [name, value] of Object.entries(values)) {
      this.slot(effect).settings[name] = clamp(this.param(effect, name), value);
    }
  }

  reset(effect, names) {
    this.set(effect, Object.fromEntries(names.map((name) => [name, this.original(effect, name)])));
  }

  lock(effect, names, on) {
    const slot = this.slot(effect);
    const others = slot.locked.filter((name) => !names.includes(name));
    slot.locked = on ? [...others, ...names] : others;
  }

  bypass(effect, on) {
    this.slot(effect).bypassed = on;
  }

  remove(effect) {
    this.slots = this.slots.filter((slot) => slot.effect !== effect);
  }

  // To a place counted among the other slots.
  move(effect, place) {
    const slot = this.slot(effect);
    this.remove(effect);
    this.slots.splice(Math.min(Math.max(place, 0), this.slots.length), 0, slot);
  }

  add(effect, place) {
    const settings = Object.fromEntries(this.#effects[effect].params.map((param) => [param.name, param.default]));
    this.slots.splice(place, 0, { effect, settings, bypassed: false, locked: [], original: null });
  }
}
