// One version in the history: what was said, what it is called, and what can be done with it.

import { element, put, write } from "./parts-dom.js";

const LONGEST_NAME = 80;
const KINDS = { edited: "by hand", matched: "matched" };

export function wordsOf(turn) {
  if (!turn) return "Dry track";
  return turn.words || (turn.kind === "edited" ? "Changed by hand" : "A turn");
}

export function titleOf(turn) {
  return turn ? `${turn.index}. ${turn.name || wordsOf(turn)}` : "Dry track";
}

// hand: {go(id), pick(id), compare(id), comparing(id), name(id, text), activate(id)}. comparing(id) is the text of the
// button that compares.
export class Item {
  #node = null;
  #hand;
  #index = element("span", { class: "history-index" });
  #name = element("strong", { class: "history-name" });
  #words = element("span", { class: "history-words" });
  #facts = element("span", { class: "history-facts" });
  #now = element("span", { class: "history-now" });
  #comparing = element("span", { class: "history-now" }, "to compare");
  #tools = null;
  #field = null;
  #choose;

  constructor(hand) {
    this.#hand = hand;
    this.#choose = element("button", {
      type: "button", class: "history-button history-choose", click: () => hand.go(this.#node.id),
    }, "Choose");
    this.element = element(
      "div",
      {
        class: "history-item", role: "treeitem", tabindex: -1,
        focus: () => hand.activate(this.#node.id),
        dblclick: (event) => { if (!event.target.closest("button, input")) hand.go(this.#node.id); },
        click: (event) => { if (!event.target.closest("button, input")) this.element.focus({ preventScroll: true }); },
      },
      element(
        "div", { class: "history-line" },
        this.#index, this.#name, this.#words, this.#facts, this.#now, this.#comparing, this.#choose,
      ),
    );
  }

  // state: {head, heard, onPath, active, marked}.
  show(node, { head, heard, onPath, active, marked }) {
    this.#node = node;
    const { turn } = node;
    const current = node.id === head;
    const take = turn?.take ? `Take ${turn.take}` : "";
    write(this.#index, turn ? String(turn.index) : "");
    write(this.#name, turn?.name || take);
    write(this.#words, take && !turn.name ? "" : wordsOf(turn));
    write(this.#facts, [turn?.words && !turn.changes.length && KINDS[turn.kind], turn?.seconds ? `${turn.seconds} s` : ""].filter(Boolean).join(" \u00b7 "));
    write(this.#now, node.id === heard ? "current" : "getting ready");
    this.#now.hidden = !current && node.id !== heard;
    this.#comparing.hidden = !marked;
    this.#choose.hidden = !take || current;
    put(this.#choose, "aria-label", `Choose take ${turn?.take}`);
    put(this.element, "data-turn", node.id ?? "dry");
    put(this.element, "data-path", onPath);
    put(this.element, "data-marked", marked);
    put(this.element, "aria-current", current ? "true" : null);
    put(this.element, "aria-selected", String(active));
    put(this.element, "aria-level", node.level);
    put(this.element, "tabindex", active ? 0 : -1);
    this.#showTools(active, current);
  }

  #showTools(active, current) {
    if (!active) {
      if (!this.#field) {
        this.#tools?.element.remove();
        this.#tools = null;
      }
      return;
    }
    this.#tools ??= this.#made();
    put(this.#tools.go, "aria-disabled", current ? "true" : null);
    write(this.#tools.compare, this.#hand.comparing(this.#node.id));
    put(this.#tools.name, "hidden", this.#node.turn === null);
    this.#showChanges(this.#node.turn?.changes ?? [], current);
    write(this.#tools.name, this.#node.turn?.name ? "Rename" : "Name");
  }

  #made() {
    const button = (text, click) => element("button", { type: "button", class: "history-button", click }, text);
    const tools = {
      go: button("Go to", () => { if (this.#tools.go.ariaDisabled !== "true") this.#hand.go(this.#node.id); }),
      listen: button("Listen", () => this.#hand.pick(this.#node.id)),
      compare: button("Compare", () => this.#hand.compare(this.#node.id)),
      name: button("Name", () => this.#rename()),
      changes: element("ol", { class: "history-changes", hidden: true }),
      open: button("Changes", () => {
        tools.changes.hidden = !tools.changes.hidden;
        put(tools.open, "aria-expanded", String(!tools.changes.hidden));
      }),
    };
    tools.element = element(
      "div", { class: "history-tools" }, tools.go, tools.listen, tools.compare, tools.name, tools.open, tools.changes,
    );
    this.element.append(tools.element);
    return tools;
  }

  // Changes by hand in a row, each of them to go to; the last is where the version stands itself.
  #showChanges(changes, current) {
    const { open, changes: list } = this.#tools;
    open.hidden = !changes.length;
    put(open, "aria-expanded", String(!list.hidden));
    list.replaceChildren(...changes.map(({ turn, words }, at) => element(
      "li", {}, element("span", {}, words),
      current && at === changes.length - 1 ? null : element(
        "button", { type: "button", class: "history-button", "aria-label": `Go to change ${at + 1}`, click: () => this.#hand.go(turn) },
        "Go to",
      ),
    )));
  }

  #rename() {
    if (this.#field) return;
    const { id, turn } = this.#node;
    this.#field = element("input", {
      type: "text", class: "history-field", maxlength: LONGEST_NAME, "aria-label": `Name of turn ${turn.index}`,
      placeholder: "A name for this version", keydown: (event) => {
        event.stopPropagation();
        if (event.key === "Enter") end(true);
        else if (event.key === "Escape") end(false);
      },
      blur: () => end(true, false),
    });
    const end = (keep, back = true) => {
      const field = this.#field;
      if (!field) return;
      this.#field = null;
      field.remove();
      const text = field.value.trim();
      if (keep && text !== turn.name) this.#hand.name(id, text);
      if (back) this.element.focus({ preventScroll: true });
    };
    this.#field.value = turn.name;
    this.element.append(this.#field);
    this.#field.select();
    this.#field.focus();
  }
}
