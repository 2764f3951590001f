// One row of the history: its piece of the graph, and one version or the takes of one wish.

import { arrange, element, put, write } from "./parts-dom.js";
import { wordsOf } from "./history-item.js";

const DOT = 19; // px from the top of a row to its dots
const WIDEST = 128;
const PITCH = 18;

const NS = "http://www.w3.org/2000/svg";
const drawn = (tag, attributes) => {
  const made = document.createElementNS(NS, tag);
  for (const [name, value] of Object.entries(attributes)) put(made, name, value);
  return made;
};

export class Row {
  #graph = drawn("svg", { class: "history-graph", "aria-hidden": "true", height: "100%" });
  #words = element("p", { class: "history-asked" });
  #box = element("div", { class: "history-items" });
  #shown = "";

  constructor() {
    this.element = element("div", { class: "history-row", role: "presentation" }, this.#graph, this.#box);
  }

  // items: the elements of the row's nodes, in the order of the takes; path: ids from the dry track to what plays.
  show(row, items, lanes, path, head) {
    const takes = row.nodes.length > 1;
    put(this.#box, "role", takes ? "group" : "presentation");
    put(this.#box, "aria-label", takes ? `${row.nodes.length} takes of ${wordsOf(row.nodes[0].turn)}` : null);
    put(this.element, "data-takes", takes);
    if (takes) write(this.#words, wordsOf(row.nodes[0].turn));
    arrange(this.#box, takes ? [this.#words, ...items] : items);
    this.#draw(row, lanes, path, head);
  }

  #draw(row, lanes, path, head) {
    const passing = row.through.map((lane) => [lane, row.hot.includes(lane)]);
    const nodes = row.nodes.map(({ id, lane, row: at, children, turn }) => (
      {
        lane, first: at === 0, more: children.length > 0, on: path.has(id), now: id === head, take: turn?.take || "",
        goesOn: children.some((each) => path.has(each.id)),
      }
    ));
    const key = JSON.stringify([passing, nodes, row.from, lanes]);
    if (key === this.#shown) return;
    this.#shown = key;
    const pitch = Math.min(PITCH, WIDEST / lanes);
    const x = (lane) => 12 + lane * pitch;
    const parts = passing.map(([lane, on]) => line(x(lane), 0, "101%", on));
    for (const { lane, first, more, on, goesOn } of nodes) {
      if (!first && lane === row.from) parts.push(line(x(lane), 0, DOT, on));
      else if (!first) {
        const d = `M${x(row.from)} 0C${x(row.from)} ${DOT * 0.7} ${x(lane)} ${DOT * 0.2} ${x(lane)} ${DOT}`;
        parts.push(drawn("path", { d, "data-path": on }));
      }
      if (more) parts.push(line(x(lane), DOT, "101%", goesOn));
    }
    parts.sort((one, other) => one.hasAttribute("data-path") - other.hasAttribute("data-path"));
    for (const { lane, on, now, take } of nodes) {
      const dot = { cx: x(lane), cy: DOT, r: now ? 7 : take ? 6.5 : 5, "data-path": on, "data-now": now };
      parts.push(drawn("circle", dot));
      if (!take || pitch < 12) continue;
      const number = drawn("text", { x: x(lane), y: DOT + 3.5, "text-anchor": "middle", "data-path": on });
      number.textContent = take;
      parts.push(number);
    }
    put(this.#graph, "width", 24 + (lanes - 1) * pitch);
    this.element.style.paddingLeft = `${24 + (lanes - 1) * pitch}px`;
    this.#graph.replaceChildren(...parts);
  }
}

function line(x, from, to, on) {
  return drawn("line", { x1: x, x2: x, y1: from, y2: to, "data-path": on });
}
