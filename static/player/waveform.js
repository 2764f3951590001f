import { axisStep, clock } from "./time.js";

const AXIS = 20; // CSS pixels for the time axis, for which a slim picture has no room
const SLIM = 60;
const BAR = 3; // one bar and the gap after it

/**
 * The picture of a track: peaks of what is heard, the dry ones behind it faintly, the played part coloured, the loop
 * shaded, the excerpt marked, minutes and seconds below. Colours are the page's own variables.
 */
export class Waveform {
  #canvas;
  #colours = null;
  #shapes = new Map();

  constructor(canvas) {
    this.#canvas = canvas;
  }

  /** The page went light or dark. */
  recolour() {
    this.#colours = null;
  }

  /**
   * view: {duration, position, heard: {peaks, start, seconds, gain}, dry: same or null, region and excerpt: {start, end} or
   * null, neutral: true to show nothing of the sound}. All times in seconds.
   */
  draw(view) {
    const canvas = this.#canvas;
    const [width, height, density] = [canvas.clientWidth, canvas.clientHeight, window.devicePixelRatio || 1];
    if (!width || !height) return;
    const [wide, high] = [Math.round(width * density), Math.round(height * density)];
    if (canvas.width !== wide || canvas.height !== high) [canvas.width, canvas.height] = [wide, high];
    const pen = canvas.getContext("2d");
    pen.setTransform(wide / width, 0, 0, high / height, 0, 0);
    pen.clearRect(0, 0, width, height);
    const colours = (this.#colours ??= this.#read());
    const stage = { pen, colours, width, height: height - (height < SLIM ? 0 : AXIS), x: (time) => (time / view.duration) * width };
    if (!(view.duration > 0)) return this.#line(stage);
    if (view.region) this.#shade(stage, view.region);
    if (view.neutral) this.#neutral(stage, view);
    else this.#peaks(stage, view);
    if (view.excerpt && !view.neutral) this.#bracket(stage, view.excerpt);
    if (stage.height < height) this.#axis(stage, view.duration);
    pen.fillStyle = colours.ink;
    pen.fillRect(Math.min(Math.max(stage.x(view.position) - 1, 0), width - 2), 0, 2, stage.height);
  }

  #read() {
    const style = getComputedStyle(this.#canvas);
    const names = ["ink", "soft", "line", "accent", "accent-soft", "dry-wave"];
    const colours = Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim() || "gray"]));
    return { ...colours, family: style.fontFamily };
  }

  #line({ pen, colours, width, height }) {
    pen.fillStyle = colours.line;
    pen.fillRect(0, height / 2, width, 1);
  }

  #shade({ pen, colours, height, x }, { start, end }) {
    pen.fillStyle = colours["accent-soft"];
    pen.fillRect(x(start), 0, x(end) - x(start), height);
  }

  #neutral(stage, { position }) {
    const { pen, colours, width, height, x } = stage;
    const bar = (to, colour) => {
      pen.fillStyle = colour;
      pen.fillRect(0, height / 2 - 4, to, 8);
    };
    bar(width, colours.line);
    bar(x(position), colours.accent);
  }

  #peaks(stage, { heard, dry, duration, position }) {
    const { pen, colours, width, height, x } = stage;
    if (dry) {
      pen.fillStyle = colours.line;
      pen.fill(this.#shape("dry", dry, duration, width, height, BAR));
    }
    if (!heard) return;
    const bars = this.#shape("heard", heard, duration, width, height, BAR - 1);
    const part = (from, to, colour) => {
      pen.save();
      pen.beginPath();
      pen.rect(from, 0, to - from, height);
      pen.clip();
      pen.fillStyle = colour;
      pen.fill(bars);
      pen.restore();
    };
    part(x(position), width, colours["dry-wave"]);
    part(0, x(position), colours.accent);
  }

  /** Mirrored bars, made once for each size and sound. */
  #shape(name, { peaks, start, seconds, gain }, duration, width, height, thick) {
    const known = this.#shapes.get(name);
    const key = [start, seconds, gain, duration, width, height];
    if (known?.peaks === peaks && key.every((each, place) => each === known.key[place])) return known.path;
    const path = new Path2D();
    const place = (pixel) => (((pixel / width) * duration - start) / seconds) * peaks.length;
    const begin = BAR * Math.floor(((start / duration) * width) / BAR);
    for (let left = begin; left < width && place(left) < peaks.length; left += BAR) {
      const first = Math.max(0, Math.floor(place(left)));
      const last = Math.max(first + 1, Math.ceil(place(left + BAR)));
      const peak = Math.min(1, gain * Math.max(0, ...peaks.slice(first, last)));
      const tall = Math.max(1, peak * (height - 6));
      path.rect(left, (height - tall) / 2, thick, tall);
    }
    this.#shapes.set(name, { peaks, key, path });
    return path;
  }

  #bracket({ pen, colours, height, x, width }, { start, end }) {
    const [left, right] = [x(start), Math.min(x(end), width)];
    pen.fillStyle = colours.soft;
    pen.fillRect(left, height - 2, right - left, 2);
    pen.fillRect(left, height - 7, 1.5, 7);
    pen.fillRect(right - 1.5, height - 7, 1.5, 7);
  }

  #axis({ pen, colours, width, height, x }, duration) {
    pen.fillStyle = colours.soft;
    pen.font = `11px ${colours.family}`;
    pen.textBaseline = "bottom";
    const step = axisStep(duration, width / 64);
    for (let time = 0; time <= duration; time += step) {
      const label = clock(time);
      const wide = pen.measureText(label).width;
      pen.fillRect(x(time), height + 1, 1, 4);
      pen.fillText(label, Math.min(Math.max(x(time) - wide / 2, 0), width - wide), height + AXIS);
    }
  }
}
