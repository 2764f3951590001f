// <ifx-curve>: what a turn did to an equaliser, as two small curves: before faintly, after in colour. Its attribute bands
// is JSON, {before, after}: each a list of {kind, gain, frequency, q}, empty where the equaliser was not there.

import { responseDb } from "./biquads.js";

const [WIDE, HIGH, LOW_HZ, HIGH_HZ, POINTS, LEAST_DB] = [240, 48, 30, 18000, 80, 3];
const frequencies = Array.from({ length: POINTS }, (_, at) => LOW_HZ * (HIGH_HZ / LOW_HZ) ** (at / (POINTS - 1)));

class ChangeCurve extends HTMLElement {
  static observedAttributes = ["bands"];

  constructor() {
    super();
    // Whoever writes the page anew takes out what the page did not send.
    new MutationObserver(() => this.firstChild ?? this.#draw()).observe(this, { childList: true });
  }

  attributeChangedCallback() {
    this.#draw();
  }

  #draw() {
    const { before, after } = JSON.parse(this.getAttribute("bands"));
    const curves = [before, after].map((bands) => responseDb(bands, frequencies));
    const most = Math.max(LEAST_DB, ...curves.flat().map(Math.abs));
    const path = (curve) => `M${curve.map((db, at) => (
      `${((at * WIDE) / (POINTS - 1)).toFixed(1)} ${(HIGH / 2 - (db / most) * (HIGH / 2 - 3)).toFixed(1)}`
    )).join("L")}`;
    this.innerHTML = `<svg viewBox="0 0 ${WIDE} ${HIGH}" preserveAspectRatio="none" aria-hidden="true">
      <path class="curve-zero" d="M0 ${HIGH / 2}H${WIDE}"/><path class="curve-before" d="${path(curves[0])}"/>
      <path class="curve-after" d="${path(curves[1])}"/></svg>
      <span aria-hidden="true"><i>lows</i><i>\u00b1${most.toFixed(0)} dB</i><i>highs</i></span>`;
  }
}

customElements.define("ifx-curve", ChangeCurve);
