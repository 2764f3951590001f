// <ifx-history>: every version of a session as a tree, to go back to, to listen to, to compare and to name.
//
// data: HistoryData. It speaks by "part-event" events, those below; null stands for the dry track.

import { adopt, arrange, element, emit, icon, put, write } from "./parts-dom.js";
import { Comparison } from "./history-compare.js";
import { Item, titleOf } from "./history-item.js";
import { DRY, layout, pathTo } from "./history-layout.js";
import { Row } from "./history-row.js";

/**
 * @typedef {{session: string, head: string|null, heard: string|null, undo: string|null, redo: string|null, turns:
 * TurnData[], compare: ComparisonData|null}} HistoryData
 */
/** @typedef {{do: "go", turn: string|null}} GoEvent */
/** @typedef {{do: "pick", turn: string|null}} PickEvent */
/** @typedef {{do: "compare", a: string|null, b: string|null}} CompareEvent */
/** @typedef {{do: "close-compare"}} CloseCompareEvent */
/** @typedef {{do: "name", turn: string, name: string}} NameEvent */

const UNMARKED = undefined;

export class History extends HTMLElement {
  #data = null;
  #tree = null; // {rows, nodes, lanes}
  #order = []; // ids as they stand
  #active = DRY;
  #marked = UNMARKED; // the first of two to compare
  #items = new Map();
  #rows = new Map();
  #asked = false; // a comparison was asked for and is not shown yet
  #path = new Set(); // ids from the dry track to what plays
  #head = UNMARKED;
  #built = false;
  #undo = this.#button("Undo", "undo");
  #redo = this.#button("Redo", "redo");
  #list = element("div", { class: "history-tree", role: "tree", "aria-label": "Versions" });
  #hint = element("span", { role: "status" });
  #choosing = element(
    "p", { class: "history-hint", hidden: true }, this.#hint,
    element("button", { type: "button", class: "history-button", click: () => this.#leave() }, "Cancel"),
  );
  #escaped = (event) => { if (event.key === "Escape" && !event.defaultPrevented && this.#leave()) event.preventDefault(); };
  #comparison = new Comparison(() => {
    emit(this, { do: "close-compare" });
    this.#items.get(this.#active)?.element.focus();
  });
  #hand = {
    go: (turn) => emit(this, { do: "go", turn }),
    pick: (turn) => emit(this, { do: "pick", turn }),
    name: (turn, name) => emit(this, { do: "name", turn, name }),
    compare: (id) => this.#compare(id),
    comparing: (id) => this.#comparing(id),
    activate: (id) => this.#activate(id),
  };

  get data() {
    return this.#data;
  }

  set data(data) {
    if (this.#data && data.session !== this.#data.session) {
      this.#items.clear();
      this.#rows.clear();
      this.#head = UNMARKED;
      this.#active = DRY;
      this.#marked = UNMARKED;
    }
    this.#data = data;
    if (this.isConnected) this.#show();
  }

  connectedCallback() {
    if (!this.#built) {
      this.#built = true;
      const bar = element("div", { class: "history-bar", role: "group", "aria-label": "Undo and redo" }, this.#undo, this.#redo);
      this.append(bar, this.#choosing, this.#list, this.#comparison.element);
      this.#list.addEventListener("keydown", (event) => this.#pressed(event));
    }
    document.addEventListener("keydown", this.#escaped);
    adopt(this);
    if (this.#data) this.#show();
  }

  disconnectedCallback() {
    document.removeEventListener("keydown", this.#escaped);
  }

  #show() {
    this.#tree = layout(this.#data.turns);
    const { nodes, rows } = this.#tree;
    const { head } = this.#data;
    if (!nodes.has(this.#marked)) this.#marked = UNMARKED;
    if (head !== this.#head || !nodes.has(this.#active)) this.#active = nodes.has(head) ? head : DRY;
    const path = new Set(pathTo(nodes.get(head) ?? nodes.get(DRY)).map((node) => node.id));
    this.#path = path;
    for (const [id] of this.#items) if (!nodes.has(id)) this.#items.delete(id);
    this.#order = [];
    const used = new Map();
    for (const row of rows) {
      const standing = [...row.nodes].sort((one, other) => (one.turn?.take ?? 0) - (other.turn?.take ?? 0));
      this.#order.push(...standing.map((node) => node.id));
      for (const node of standing) {
        if (!this.#items.has(node.id)) this.#items.set(node.id, new Item(this.#hand));
        this.#showItem(node);
      }
      const key = standing[0].id;
      used.set(key, this.#rows.get(key) ?? new Row());
      row.hot = row.through.filter((lane) => this.#isHot(lane, row, path));
      used.get(key).show(row, standing.map((node) => this.#items.get(node.id).element), this.#tree.lanes, path, head);
    }
    this.#rows = used;
    arrange(this.#list, [...used.values()].map((row) => row.element));
    put(this.#undo, "aria-disabled", this.#data.undo === null ? "true" : null);
    put(this.#redo, "aria-disabled", this.#data.redo === null ? "true" : null);
    const { compare } = this.#data;
    this.#comparison.show(compare, (id) => titleOf(nodes.get(id)?.turn));
    if (compare && this.#asked) this.#comparison.reveal();
    if (compare) this.#asked = false;
    this.#showHint();
    if (head !== this.#head) this.#reveal(head);
    this.#head = head;
  }

  // Whether what passes a row in a lane leads to what plays.
  #isHot(lane, row, path) {
    const at = row.nodes[0].row;
    const below = [...path].map((id) => this.#tree.nodes.get(id)).find((node) => node.row > at);
    return Boolean(below?.parent && below.parent.row < at && below.parent.lane === lane);
  }

  #showItem(node) {
    this.#items.get(node.id).show(node, {
      head: this.#data.head, heard: this.#data.heard, onPath: this.#path.has(node.id), active: node.id === this.#active,
      marked: node.id === this.#marked,
    });
  }

  #showHint() {
    const { nodes } = this.#tree;
    const text = this.#marked === UNMARKED ? "" :
      `Choose what to compare \u201c${titleOf(nodes.get(this.#marked).turn)}\u201d with.`;
    write(this.#hint, text);
    this.#choosing.hidden = !text;
  }

  // What plays is in sight, without moving the page.
  #reveal(id) {
    const item = this.#items.get(id)?.element;
    if (!item) return;
    const top = item.getBoundingClientRect().top - this.#list.getBoundingClientRect().top + this.#list.scrollTop;
    const bottom = top + item.offsetHeight;
    if (top < this.#list.scrollTop || bottom > this.#list.scrollTop + this.#list.clientHeight) {
      this.#list.scrollTop = top - this.#list.clientHeight / 2;
    }
  }

  #activate(id) {
    if (id === this.#active) return;
    const before = this.#active;
    this.#active = id;
    for (const each of [before, id]) if (this.#tree.nodes.has(each)) this.#showItem(this.#tree.nodes.get(each));
  }

  #comparing(id) {
    if (this.#marked === UNMARKED) return "Compare with \u2026";
    if (this.#marked === id) return "Do not compare";
    return `Compare with ${this.#marked === DRY ? "dry" : this.#tree.nodes.get(this.#marked).turn.index}`;
  }

  #compare(id) {
    const first = this.#marked;
    this.#marked = first === UNMARKED ? id : UNMARKED;
    for (const each of new Set([first, id, this.#active])) {
      if (this.#tree.nodes.has(each)) this.#showItem(this.#tree.nodes.get(each));
    }
    this.#showHint();
    if (first === UNMARKED || first === id) return;
    this.#asked = true;
    emit(this, { do: "compare", a: first, b: id });
  }

  // No longer choosing what to compare with. False where nobody was.
  #leave() {
    if (this.#marked === UNMARKED) return false;
    this.#compare(this.#marked);
    this.#items.get(this.#active)?.element.focus({ preventScroll: true });
    return true;
  }

  #pressed(event) {
    if (event.target.getAttribute("role") !== "treeitem") return;
    const node = this.#tree.nodes.get(this.#active);
    const at = this.#order.indexOf(this.#active);
    const newest = node.children.reduce((one, other) => (other.newest > (one?.newest ?? -1) ? other : one), null);
    const next = {
      ArrowUp: this.#order[at - 1], ArrowDown: this.#order[at + 1], Home: this.#order[0], End: this.#order.at(-1),
      ArrowLeft: node.parent?.id, ArrowRight: newest?.id,
    };
    if (event.key === "Enter") this.#hand.go(node.id);
    else if (event.key in next) {
      if (next[event.key] !== undefined) this.#items.get(next[event.key]).element.focus();
    } else return;
    event.preventDefault();
  }

  #button(text, name) {
    const go = () => {
      const turn = this.#data[name];
      if (turn !== null) emit(this, { do: "go", turn: turn === "dry" ? DRY : turn });
    };
    return element("button", { type: "button", class: "history-button", click: go }, icon(name), text);
  }
}

customElements.define("ifx-history", History);
