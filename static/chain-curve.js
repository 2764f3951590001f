// The equaliser's response, drawn from its settings, with its bands as points to drag.

import { element, put } from "./parts-dom.js";
import { responseDb } from "./biquads.js";
import { clamp, nudge, snap, valueText } from "./chain-values.js";

const HEIGHT = 168;
const LEFT = 34;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 22;
const LOW_HZ = 20;
const HIGH_HZ = 20000;
const GRID_HZ = [50, 100, 200, 500, 1000, 2000, 5000, 10000];
const NAMED_HZ = new Map([[100, "100 Hz"], [1000, "1 kHz"], [10000, "10 kHz"]]);
const RANGES_DB = [6, 12, 24];
const POINTS = 121;
const APART = 20; // px between two points
const ROUNDS = 12;

const svg = (tag, attributes = {}, ...children) => {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) put(made, name, value);
  made.append(...children);
  return made;
};

const frequencies = Array.from({ length: POINTS }, (_, at) => LOW_HZ * (HIGH_HZ / LOW_HZ) ** (at / (POINTS - 1)));

// Points that would lie on each other, moved aside until each can be read and taken hold of.
function apart(places) {
  const moved = places.map((place) => ({ ...place }));
  for (let round = 0; round < ROUNDS; round += 1) {
    for (let one = 0; one < moved.length; one += 1) {
      for (let other = one + 1; other < moved.length; other += 1) {
        const [a, b] = [moved[one], moved[other]];
        const beside = Math.sqrt(Math.max(0, APART ** 2 - (b.y - a.y) ** 2)); // how far apart in x is enough
        const lacks = beside - Math.abs(b.x - a.x);
        if (lacks <= 0) continue;
        const way = Math.sign(b.x - a.x) || 1;
        a.x -= (way * lacks) / 2;
        b.x += (way * lacks) / 2;
      }
    }
  }
  return moved;
}

export class Curve {
  #effect;
  #hand;
  #slot = null;
  #width = 560;
  #range = RANGES_DB[1];
  #held = null;
  #grid = svg("g", { class: "chain-grid", "aria-hidden": "true" });
  #fill = svg("path", { class: "chain-fill" });
  #line = svg("path", { class: "chain-line" });
  #points;
  #picture;

  constructor(effect, hand) {
    this.#effect = effect;
    this.#hand = hand;
    this.#points = effect.bands.map((band, index) => this.#point(band, index));
    this.#picture = svg(
      "svg", { class: "chain-curve", height: HEIGHT, role: "group", "aria-label": "Response of the equaliser" },
      this.#grid, this.#fill, this.#line, ...this.#points,
    );
    this.element = element("div", { class: "chain-curve-box" }, this.#picture);
    new ResizeObserver(([entry]) => {
      const width = Math.round(entry.contentRect.width);
      if (width > 0 && width !== this.#width) {
        this.#width = width;
        this.#draw();
      }
    }).observe(this.element);
  }

  show(slot) {
    this.#slot = slot;
    this.#draw();
  }

  #param(name) {
    return this.#effect.params.find((each) => each.name === name);
  }

  #bands() {
    const { settings } = this.#slot;
    return this.#effect.bands.map(({ kind, gain, frequency, q }) => (
      { kind, gain: settings[gain], frequency: settings[frequency], q: settings[q] }
    ));
  }

  #x(hz) {
    const share = Math.log(hz / LOW_HZ) / Math.log(HIGH_HZ / LOW_HZ);
    return LEFT + (this.#width - LEFT - RIGHT) * share;
  }

  #y(db) {
    const middle = (TOP + HEIGHT - BOTTOM) / 2;
    const half = (HEIGHT - BOTTOM - TOP) / 2;
    return middle - half * Math.min(Math.max(db / this.#range, -1), 1);
  }

  #draw() {
    if (!this.#slot) return;
    const bands = this.#bands();
    const levels = responseDb(bands, frequencies);
    // The scale stays as it is under a hand.
    if (!this.#held) {
      const most = Math.max(...levels.map(Math.abs), ...bands.map((band) => Math.abs(band.gain)));
      this.#range = RANGES_DB.find((range) => most <= range * 0.92) ?? RANGES_DB.at(-1);
    }
    put(this.#picture, "viewBox", `0 0 ${this.#width} ${HEIGHT}`);
    put(this.#picture, "width", this.#width);
    this.#drawGrid();
    const line = levels.map((db, at) => `${this.#x(frequencies[at]).toFixed(1)} ${this.#y(db).toFixed(1)}`).join("L");
    const zero = this.#y(0).toFixed(1);
    put(this.#line, "d", `M${line}`);
    put(this.#fill, "d", `M${this.#x(LOW_HZ).toFixed(1)} ${zero}L${line}L${this.#x(HIGH_HZ).toFixed(1)} ${zero}Z`);
    const places = apart(bands.map(({ gain, frequency }) => ({ x: this.#x(frequency), y: this.#y(gain) })));
    this.#points.forEach((point, index) => this.#place(point, places[index], index, bands[index]));
  }

  #drawGrid() {
    const key = `${this.#width} ${this.#range}`;
    if (this.#grid.dataset.key === key) return;
    this.#grid.dataset.key = key;
    const parts = [];
    for (const hz of GRID_HZ) {
      const x = this.#x(hz);
      parts.push(svg("path", { d: `M${x} ${TOP}V${HEIGHT - BOTTOM}` }));
      if (NAMED_HZ.has(hz)) parts.push(svg("text", { x, y: HEIGHT - 7, "text-anchor": "middle" }, NAMED_HZ.get(hz)));
    }
    for (const share of [-1, -0.5, 0, 0.5, 1]) {
      const y = this.#y(share * this.#range);
      const text = `${share > 0 ? "+" : share < 0 ? "\u2212" : ""}${Math.abs(share * this.#range)}`;
      parts.push(svg("path", { d: `M${LEFT} ${y}H${this.#width - RIGHT}`, class: share ? null : "chain-zero" }));
      parts.push(svg("text", { x: LEFT - 6, y: y + 4, "text-anchor": "end" }, share ? text : "0 dB"));
    }
    this.#grid.replaceChildren(...parts);
  }

  #point(band, index) {
    const gain = this.#param(band.gain);
    const point = svg(
      "g",
      {
        class: "chain-point", tabindex: 0, role: "slider", "data-edits": true, "data-band": band.name,
        "aria-label": `${band.label}, gain in dB and frequency in Hz`, "aria-orientation": "vertical",
        "aria-valuemin": gain.low, "aria-valuemax": gain.high,
      },
      svg("circle", { r: 16, class: "chain-reach" }), svg("circle", { r: 9 }),
      svg("text", { y: 4, "text-anchor": "middle", "aria-hidden": "true" }, String(index + 1)),
    );
    point.addEventListener("pointerdown", (event) => this.#grab(event, band, point));
    point.addEventListener("dblclick", () => this.#hand.reset([band.gain, band.frequency]));
    point.addEventListener("keydown", (event) => this.#pressed(event, band));
    return point;
  }

  #place(point, { x, y }, index, { gain, frequency }) {
    const band = this.#effect.bands[index];
    put(point, "transform", `translate(${x.toFixed(1)} ${y.toFixed(1)})`);
    put(point, "aria-valuenow", gain);
    const text = `${valueText(this.#param(band.gain), gain)} at ${valueText(this.#param(band.frequency), frequency)}`;
    put(point, "aria-valuetext", text);
    put(point, "data-flat", Math.abs(gain) < 0.05);
  }

  // The point follows the hand from where it was taken; Shift moves the gain alone.
  #grab(event, band, point) {
    if (event.button !== 0 || this.#held !== null) return;
    event.preventDefault();
    point.focus({ preventScroll: true });
    const { settings } = this.#slot;
    const start = { x: event.clientX, y: event.clientY, gain: settings[band.gain], hz: settings[band.frequency] };
    this.#held = event.pointerId;
    point.setPointerCapture(event.pointerId);
    this.#hand.hold();
    const inner = { width: this.#width - LEFT - RIGHT, height: HEIGHT - TOP - BOTTOM };
    const move = (now) => {
      if (now.pointerId !== this.#held) return;
      const db = start.gain - ((now.clientY - start.y) / inner.height) * 2 * this.#range;
      const octave = now.shiftKey ? 0 : ((now.clientX - start.x) / inner.width) * Math.log(HIGH_HZ / LOW_HZ);
      this.#hand.set({
        [band.gain]: snap(this.#param(band.gain), db),
        [band.frequency]: snap(this.#param(band.frequency), start.hz * Math.exp(octave)),
      });
    };
    const done = (now) => {
      if (now.pointerId !== this.#held) return;
      this.#held = null;
      point.removeEventListener("pointermove", move);
      for (const each of ["pointerup", "pointercancel"]) point.removeEventListener(each, done);
      this.#draw();
      this.#hand.letGo();
    };
    point.addEventListener("pointermove", move);
    for (const each of ["pointerup", "pointercancel"]) point.addEventListener(each, done);
  }

  #pressed(event, band) {
    const up = { ArrowUp: 1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
    const along = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const name = up ? band.gain : along ? band.frequency : null;
    if (!name || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const param = this.#param(name);
    this.#hand.set({ [name]: clamp(param, nudge(param, this.#slot.settings[name], up ?? along, event.shiftKey)) });
  }
}
