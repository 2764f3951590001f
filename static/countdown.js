// <ifx-countdown seconds="40">: "in 40 s", then what is left, at last "with your next words".

import { write } from "./parts-dom.js";

class Countdown extends HTMLElement {
  #end = 0;
  #timer = 0;

  connectedCallback() {
    this.#end ||= performance.now() + 1000 * Number(this.getAttribute("seconds"));
    this.#timer = setInterval(() => this.#show(), 1000);
    this.#show();
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }

  #show() {
    const left = Math.ceil((this.#end - performance.now()) / 1000);
    write(this, left > 0 ? `in ${left} s` : "with your next words");
    if (left <= 0) clearInterval(this.#timer);
  }
}

customElements.define("ifx-countdown", Countdown);
