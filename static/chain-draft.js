// The chain under a person's hands: slots as the server has them, with what was changed since.

import { clamp } from "./chain-values.js";

/**
 * @typedef {{id: string, effect: string, settings: Object<string, number|string|boolean>, bypassed: boolean, locked:
 * string[], original: Object<string, number|string|boolean>|null}} SlotData
 */
/**
 * @typedef {{id?: string, effect: string, settings?: Object<string, number|string|boolean>, bypassed?: boolean,
 * locked?: string[]}} SlotJson
 */

export class Draft {
  #effects;
  #used;

  // data: ChainData.
  constructor({ slots, effects, used }) {
    this.#effects = effects;
    this.#used = new Set([...used, ...slots.map(({ id }) => id)]);
    this.slots = slots.map((slot) => ({ ...slot, settings: { ...slot.settings }, locked: [...slot.locked] }));
  }

  slot(id) {
    return this.slots.find((slot) => slot.id === id);
  }

  place(id) {
    return this.slots.findIndex((slot) => slot.id === id);
  }

  // Slot id -> what people call it, as Chain.labels has it: "Equaliser", or "Equaliser 1" and "Equaliser 2".
  get labels() {
    return new Map(this.slots.map(({ id, effect }, place) => [id, this.#label(effect, place, 1)]));
  }

  // What one more slot of an effect will be called at a place.
  labelAt(effect, place) {
    return this.#label(effect, place, 0);
  }

  // alone: how many of the effect are there where there is one, and no number is needed.
  #label(effect, place, alone) {
    const count = (until) => this.slots.slice(0, until).filter((slot) => slot.effect === effect).length;
    const { label } = this.#effects[effect];
    return count(this.slots.length) > alone ? `${label} ${count(place) + 1}` : label;
  }

  // As Chain.to_json writes it.
  toJSON() {
    return this.slots.map(({ id, effect, settings, bypassed, locked }) => ({
      id,
      effect,
      settings: { ...settings },
      ...(bypassed ? { bypassed: true } : {}),
      ...(locked.length ? { locked: [...locked].sort() } : {}),
    }));
  }

  param(id, name) {
    return this.#effects[this.slot(id).effect].params.find((param) => param.name === name);
  }

  // What a setting was before anybody touched it by hand: what the planner chose, or its default.
  original(id, name) {
    return this.slot(id).original?.[name] ?? this.param(id, name).default;
  }

  set(id, values) {
    for (const [name, value] of Object.entries(values)) {
      this.slot(id).settings[name] = clamp(this.param(id, name), value);
    }
  }

  reset(id, names) {
    this.set(id, Object.fromEntries(names.map((name) => [name, this.original(id, name)])));
  }

  lock(id, names, on) {
    const slot = this.slot(id);
    const others = slot.locked.filter((name) => !names.includes(name));
    slot.locked = on ? [...others, ...names] : others;
  }

  bypass(id, on) {
    this.slot(id).bypassed = on;
  }

  remove(id) {
    this.slots = this.slots.filter((slot) => slot.id !== id);
  }

  // To a place counted among the other slots.
  move(id, place) {
    const slot = this.slot(id);
    this.remove(id);
    this.slots.splice(Math.min(Math.max(place, 0), this.slots.length), 0, slot);
  }

  // One more slot of an effect; its id comes back. An id is given once in a session: the effect's name, else name_2 ...
  add(effect, place) {
    let id = effect;
    for (let number = 2; this.#used.has(id); number += 1) id = `${effect}_${number}`;
    this.#used.add(id);
    const settings = Object.fromEntries(this.#effects[effect].params.map((param) => [param.name, param.default]));
    this.slots.splice(place, 0, { id, effect, settings, bypassed: false, locked: [], original: null });
    return id;
  }
}
