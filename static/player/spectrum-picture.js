import { element, put } from "../parts-dom.js";
import { CENTRES_HZ } from "./spectrum.js";

const [LOWEST_DB, HIGHEST_DB] = [-90, 0];
const [WIDTH, HEIGHT] = [300, 90];
const MARKS_HZ = [100, 1000, 10000];

/** Two spectra in third octaves over each other: of the dry track and of what is heard. */
export class SpectrumPicture {
  #lines = { dry: path("player-spectrum-dry"), heard: path("player-spectrum-heard") };

  constructor() {
    const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    put(picture, "viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    put(picture, "preserveAspectRatio", "none");
    picture.append(...Object.values(this.#lines));
    const marks = MARKS_HZ.map((hz) =>
      element("span", { style: `left: ${across(hz)}%` }, hz < 1000 ? `${hz} Hz` : `${hz / 1000} kHz`));
    this.figure = element("figure", { class: "player-spectrum", role: "img", "aria-label": "Spectrum in third octaves" },
      picture, element("figcaption", { "aria-hidden": "true" }, marks));
  }

  /** bands: dB of each third octave, or nothing. */
  draw(side, bands) {
    put(this.#lines[side], "d", bands ? curve(bands) : "");
  }
}

function path(name) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "path");
  put(made, "class", name);
  put(made, "vector-effect", "non-scaling-stroke");
  return made;
}

/** Where a frequency stands, in percent from the left. */
function across(hz) {
  const [low, high] = [CENTRES_HZ[0], CENTRES_HZ.at(-1)].map(Math.log);
  return (100 * (Math.log(hz) - low)) / (high - low);
}

function curve(bands) {
  const points = bands.flatMap((level, band) => {
    if (level === null) return [];
    const share = (Math.min(Math.max(level, LOWEST_DB), HIGHEST_DB) - LOWEST_DB) / (HIGHEST_DB - LOWEST_DB);
    return [`${((WIDTH * across(CENTRES_HZ[band])) / 100).toFixed(1)},${(HEIGHT * (1 - share)).toFixed(1)}`];
  });
  return `M${points.join("L")}`;
}
