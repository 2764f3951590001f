import { tenths } from "./time.js";

const SLACK = 4; // pixels a press may wander and still be a click
const SHORTEST = 0.1; // seconds
const [NUDGE, STRIDE] = [0.1, 1];

/**
 * Pointing at the waveform: a click seeks, a drag marks a part to loop, its two ends can be moved by pointer or by
 * arrow keys, and Escape in the middle of a drag leaves things as they were.
 */
export class Region {
  #surface;
  #handles;
  #host;
  #drag = null;

  /** host: {duration(), region(), seek(seconds), loop({start, end}), redraw()}. */
  constructor(surface, handles, host) {
    this.#surface = surface;
    this.#handles = handles;
    this.#host = host;
    surface.addEventListener("pointerdown", (event) => this.#press(event, null));
    Object.entries(handles).forEach(([end, handle]) => {
      handle.addEventListener("pointerdown", (event) => this.#press(event, end));
      handle.addEventListener("keydown", (event) => this.#nudge(event, end));
    });
  }

  /** The part as it is being dragged, else as it is. */
  get shown() {
    return this.#drag?.region ?? this.#host.region();
  }

  /** Leave a drag without a trace; false where there is none. */
  cancel() {
    if (!this.#drag) return false;
    this.#drag.done.abort();
    this.#drag = null;
    this.#host.redraw();
    return true;
  }

  /** Put the handles where the part begins and ends. */
  place() {
    const [region, duration] = [this.shown, this.#host.duration()];
    for (const [end, handle] of Object.entries(this.#handles)) {
      handle.hidden = !region || !duration;
      if (handle.hidden) continue;
      handle.style.left = `${Math.min(100, (100 * region[end]) / duration)}%`;
      handle.setAttribute("aria-valuemax", duration.toFixed(1));
      handle.setAttribute("aria-valuenow", region[end].toFixed(1));
      handle.setAttribute("aria-valuetext", tenths(region[end]));
    }
  }

  #timeAt(event) {
    const box = this.#surface.getBoundingClientRect();
    return Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * this.#host.duration();
  }

  #press(event, end) {
    if (event.button !== 0 || !this.#host.duration()) return;
    this.cancel();
    const done = new AbortController();
    const region = end ? this.#host.region() : null;
    const fixed = end ? region[end === "start" ? "end" : "start"] : this.#timeAt(event);
    this.#drag = { done, x: event.clientX, fixed, region };
    event.target.setPointerCapture?.(event.pointerId);
    const on = (kind, act) => event.target.addEventListener(kind, act, { signal: done.signal });
    on("pointermove", (moved) => this.#move(moved));
    on("pointerup", (released) => this.#release(released, end));
    on("pointercancel", () => this.cancel());
  }

  #move(event) {
    if (!this.#drag.region && Math.abs(event.clientX - this.#drag.x) <= SLACK) return;
    const time = this.#timeAt(event);
    const { fixed } = this.#drag;
    this.#drag.region = { start: Math.min(fixed, time), end: Math.max(fixed, time) };
    this.#host.redraw();
  }

  #release(event, end) {
    const { region } = this.#drag;
    this.#drag.done.abort();
    this.#drag = null;
    if (region && region.end - region.start >= SHORTEST) this.#host.loop(region);
    else if (!end) this.#host.seek(this.#timeAt(event));
    this.#host.redraw();
  }

  #nudge(event, end) {
    const way = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (!way || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    event.stopPropagation();
    const region = { ...this.#host.region() };
    const [low, high] = end === "start" ? [0, region.end - SHORTEST] : [region.start + SHORTEST, this.#host.duration()];
    region[end] = Math.min(Math.max(region[end] + way * (event.shiftKey ? STRIDE : NUDGE), low), high);
    this.#host.loop(region);
    this.#host.redraw();
  }
}
