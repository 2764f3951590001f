/**
 * <ifx-take>: the session as a file. Its property `data`, TakeData, is given whole each time. One button saves in the format
 * that was used last in this browser, and says before what the file will be; it shows how far it is, and pressed again stops.
 */
import { adopt, element, put, write } from "./parts-dom.js";
import { saved } from "./saving.js";

/** @typedef {{name: string, label: string, help: string, facts: string[]}} FormatData */
/** @typedef {{session: string, formats: FormatData[]}} TakeData */

const USUAL = "wav24";
const LAST = "instructfx-format";

class Take extends HTMLElement {
  #data = null;
  #running = null; // {format, stop: AbortController, share, before}
  #button = element("button", { type: "button", class: "take-save", click: () => this.#press() }, element("i"), element("span"));
  #facts = element("p", { class: "take-facts" });
  #told = element("p", { class: "take-told", role: "status" });
  #list = element("ul");
  #others = element("details", { class: "take-others" }, element("summary", {}, "Other formats"), this.#list);

  connectedCallback() {
    if (!this.contains(this.#button)) this.append(this.#button, this.#facts, this.#told, this.#others);
    put(this, "role", "group");
    adopt(this);
    this.#show();
  }

  get data() {
    return this.#data;
  }

  set data(data) {
    if (data?.session !== this.#data?.session) {
      this.#running?.stop.abort();
      write(this.#told, "");
    }
    this.#data = data ?? null;
    this.#show();
  }

  /** The format of the button: the one under way, the last one here, else the usual one. */
  get #format() {
    const { formats } = this.#data;
    const named = (name) => formats.find((format) => format.name === name);
    return this.#running?.format ?? named(remembered()) ?? named(USUAL) ?? formats[0];
  }

  #press() {
    if (this.#running) this.#running.stop.abort();
    else this.#save(this.#format);
  }

  #choose(format) {
    remember(format.name);
    this.#others.open = false;
    this.#button.focus();
    this.#save(format);
  }

  async #save(format) {
    const stop = new AbortController();
    const running = (this.#running = { format, stop, share: 0, before: 0 });
    const progress = ({ share, before }) => (Object.assign(running, { share, before }), this.#show());
    write(this.#told, "");
    this.#show();
    const told = await saved(`/export/${this.#data.session}/${format.name}`, stop.signal, progress);
    if (this.#running !== running) return; // another track
    this.#running = null;
    this.#show();
    write(this.#told, told);
  }

  #show() {
    this.hidden = !this.#data;
    if (!this.#data) return;
    const format = this.#format;
    const [fill, words] = this.#button.children;
    const { share = 0, before = 0 } = this.#running ?? {};
    fill.style.scale = `${share} 1`;
    const far = before ? `${before} before you` : `${Math.round(100 * share)} %`;
    write(words, this.#running ? `Stop saving ${format.label}, ${far}` : `Save as ${format.label}`);
    put(this.#button, "aria-busy", this.#running ? "true" : null);
    write(this.#facts, format.facts.length ? format.facts.join(" · ") : format.help);
    const rest = this.#data.formats.filter(({ name }) => name !== format.name);
    if (this.#list.dataset.shown === JSON.stringify(rest)) return;
    this.#list.dataset.shown = JSON.stringify(rest);
    this.#list.replaceChildren(...rest.map((each) => {
      const pick = element("button", { type: "button", "data-format": each.name, click: () => this.#choose(each) }, each.label);
      return element("li", {}, pick, element("span", {}, each.help));
    }));
  }
}

function remembered() {
  try {
    return localStorage.getItem(LAST);
  } catch {
    return null; // where nothing may be kept
  }
}

function remember(name) {
  try {
    localStorage.setItem(LAST, name);
  } catch {
    // it is the usual one next time
  }
}

if (!customElements.get("ifx-take")) customElements.define("ifx-take", Take);
