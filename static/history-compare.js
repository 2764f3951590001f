// Two versions side by side: every setting of theirs, what the ear reads, and where they differ.

import { element, put, write } from "./parts-dom.js";

/** @typedef {{slot: string, effect: string, setting: string, a: string, b: string, differs: boolean}} RowData */
/** @typedef {{name: string, a: number, b: number}} ReadingData */
/** @typedef {{a: string|null, b: string|null, rows: RowData[], readings: ReadingData[]}} ComparisonData */

const MINUS = "\u2212";
const number = (value) => value.toFixed(1).replace("-0.0", "0.0").replace("-", MINUS);

export class Comparison {
  #title = element("h3", { class: "history-title", tabindex: -1 });
  #all = element("input", { type: "checkbox", change: () => put(this.element, "data-brief", !this.#all.checked) });
  #settings = element("tbody");
  #readings = element("tbody");
  #heads = [0, 1, 2, 3].map(() => element("th", { scope: "col" }));
  #none = element("p", { class: "history-none" }, "Their settings are the same.");
  #shown = "";

  constructor(close) {
    const head = (first, cells) => element("thead", {}, element("tr", {}, element("th", { scope: "col" }, first), cells));
    this.element = element(
      "section", { class: "history-compare", "aria-label": "Comparison", "data-brief": true, hidden: true },
      element(
        "header", { class: "history-bar" }, this.#title,
        element("button", { type: "button", class: "history-button", click: close }, "Close"),
      ),
      element("label", { class: "history-check" }, this.#all, "Show what is equal, too"),
      this.#none,
      element("table", { class: "history-table" },
        element("caption", {}, "Settings"), head("Setting", this.#heads.slice(0, 2)), this.#settings),
      element("table", { class: "history-table history-readings" },
        element("caption", {}, "What the ear reads, in clearly audible steps"),
        head("Reading", [...this.#heads.slice(2), element("th", { scope: "col" }, "Change")]), this.#readings),
    );
  }

  // compare: {a, b, rows, readings} or null; title: id -> text.
  show(compare, title) {
    this.element.hidden = !compare;
    if (!compare) return;
    const names = [title(compare.a), title(compare.b)];
    write(this.#title, `${names[0]} against ${names[1]}`);
    this.#heads.forEach((each, at) => write(each, names[at % 2]));
    const key = JSON.stringify(compare);
    if (key !== this.#shown) {
      this.#shown = key;
      this.#settings.replaceChildren(...settingRows(compare.rows));
      this.#readings.replaceChildren(...compare.readings.map(readingRow));
      this.#none.hidden = compare.rows.some((row) => row.differs);
    }
  }

  // Leads the eye and the keyboard there.
  reveal() {
    this.#title.focus({ preventScroll: true });
    this.element.scrollIntoView({ block: "nearest" });
  }
}

function settingRows(rows) {
  const slots = Map.groupBy(rows, (row) => row.slot);
  return [...slots.values()].flatMap((settings) => [
    element("tr", { class: "history-effect", "data-equal": !settings.some((each) => each.differs) },
      element("th", { colspan: 3, scope: "rowgroup" }, settings[0].effect)),
    ...settings.map(({ setting, a, b, differs }) => element(
      "tr", { "data-equal": !differs, "data-differs": differs },
      element("th", { scope: "row" }, setting), element("td", {}, a || "\u2014"),
      element("td", {}, differs ? element("span", { class: "history-mark", title: "differs" }, "\u2260 ") : null, b || "\u2014"),
    )),
  ]);
}

function readingRow({ name, a, b }) {
  const change = b - a;
  const text = number(change);
  return element(
    "tr", { "data-equal": Math.abs(change) < 0.05, "data-differs": Math.abs(change) >= 0.05 },
    element("th", { scope: "row" }, name), element("td", {}, number(a)), element("td", {}, number(b)),
    element("td", {}, change > 0 && text !== "0.0" ? `+${text}` : text),
  );
}
