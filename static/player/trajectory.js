import { decoded, fetched } from "./decoding.js";

const PAUSE_MS = 150;
const KEPT = 12; // decoded excerpts
const [WIDE, HIGH] = [100, 24];

/** The way that a search went: a slider over its steps, the loss as a line above it, each step to be heard. */
export class Trajectory {
  #parts;
  #host;
  #steps = null;
  #sounds = new Map();
  #timer = 0;
  #asked = null;
  #place = () => [0, 0];

  /** parts: {panel, slider, line, dot, said}; host: {rate(), hear(buffer, label), failed(words)}. */
  constructor(parts, host) {
    this.#parts = parts;
    this.#host = host;
    parts.slider.addEventListener("input", () => {
      this.#say();
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#hear(Number(parts.slider.value)), PAUSE_MS);
    });
  }

  /**
   * steps: {turn, count, kept, losses, url} or null; losses[k] is the loss at step k, 0 being before the search, and
   * kept is the step that the version is.
   */
  show(steps) {
    const { panel, slider, line } = this.#parts;
    panel.hidden = !steps;
    const same = steps && this.#steps && ["turn", "count", "kept", "url"].every((key) => steps[key] === this.#steps[key]);
    this.#steps = steps;
    if (!same) {
      this.stop();
      this.#sounds.clear();
      slider.max = String(steps?.count ?? 0);
      slider.value = String(this.#kept);
    }
    if (!steps) return;
    const finite = steps.losses.filter(Number.isFinite);
    const [low, high] = [Math.min(...finite), Math.max(...finite)];
    this.#place = (step) => [
      (WIDE * step) / Math.max(1, steps.count),
      2 + (HIGH - 4) * (1 - (steps.losses[step] - low) / (high - low || 1)),
    ];
    const points = steps.losses.flatMap((loss, step) => (Number.isFinite(loss) ? [this.#place(step).join(" ")] : []));
    line.setAttribute("d", points.length ? `M${points.join("L")}` : "");
    this.#say();
  }

  /** Nothing more is to be heard of the step that was asked for. */
  stop() {
    clearTimeout(this.#timer);
    this.#asked = null;
    this.#parts.panel.removeAttribute("aria-busy");
  }

  /** Back to the step that was kept, which is what the version itself sounds like. False where it stands there. */
  rest() {
    const { slider } = this.#parts;
    const moved = Number(slider.value) !== this.#kept;
    this.stop();
    slider.value = String(this.#kept);
    if (this.#steps) this.#say();
    return moved;
  }

  get #kept() {
    return this.#steps?.kept ?? 0;
  }

  #say() {
    const { slider, said, dot } = this.#parts;
    const step = Number(slider.value);
    const loss = this.#steps.losses[step];
    const place = placeOf(step, this.#steps.count) + (step === this.#kept ? ", which was kept" : "");
    said.textContent = Number.isFinite(loss) ? `${place}, loss ${loss.toPrecision(3)}` : place;
    slider.setAttribute("aria-valuetext", said.textContent);
    dot.toggleAttribute("hidden", !Number.isFinite(loss));
    if (!Number.isFinite(loss)) return;
    const [x, y] = this.#place(step);
    [dot.style.left, dot.style.top] = [`${x}%`, `${(100 * y) / HIGH}%`];
  }

  async #hear(step) {
    this.#asked = step;
    const steps = this.#steps;
    this.#parts.panel.setAttribute("aria-busy", "true");
    try {
      const buffer = this.#sounds.get(step) ?? (await this.#sound(steps.url.replace("{step}", String(step))));
      if (this.#steps?.turn === steps.turn) this.#remember(step, buffer);
      if (this.#asked === step && this.#steps?.turn === steps.turn) this.#host.hear(buffer, placeOf(step, steps.count));
    } catch (error) {
      if (this.#asked === step) this.#host.failed(`Step ${step} cannot be heard: ${error.message}.`);
    } finally {
      if (this.#asked === step) this.#parts.panel.removeAttribute("aria-busy");
    }
  }

  async #sound(url) {
    return decoded(await fetched(url), this.#host.rate());
  }

  #remember(step, buffer) {
    this.#sounds.delete(step);
    this.#sounds.set(step, buffer);
    if (this.#sounds.size > KEPT) this.#sounds.delete(this.#sounds.keys().next().value);
  }
}

function placeOf(step, count) {
  return step === 0 ? "Before the search" : `Step ${step} of ${count}`;
}
