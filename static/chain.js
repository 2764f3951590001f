// <ifx-chain>: the chain as cards in the order of the sound, every setting under the hand.
//
// data: ChainData. It speaks by "part-event" events: EditEvent with a chain as Chain.to_json writes it, and AmountEvent;
// and for what is to be heard at once {do: "preview", chain} and {do: "amount-preview", share}.

import { adopt, announce, arrange, element, emit, icon, put } from "./parts-dom.js";
import { Amount } from "./chain-amount.js";
import { Card } from "./chain-card.js";
import { Draft } from "./chain-draft.js";
import { Meanwhile, chainOf, overtaken } from "./chain-meanwhile.js";
import { menu } from "./chain-menu.js";
import { Pace } from "./chain-pace.js";
import { reorder } from "./chain-reorder.js";

/**
 * @typedef {{session: string, editable: boolean, effects: Object<string, EffectData>, slots: SlotData[],
 * used: string[], amount: AmountData|null}} ChainData
 */
/** @typedef {{do: "edit", chain: SlotJson[]}} EditEvent */
/** @typedef {{do: "amount", share: number}} AmountEvent */

const TRUST_MS = 3000; // how long an edit that was told stands against data from before it
const EDITED = ["click", "keydown", "beforeinput"]; // the style sheet keeps pointers off
const PASSED = ["Tab", "Escape"];

export class Chain extends HTMLElement {
  #data = null;
  #held = null; // data that came while a hand was on something
  #told = null; // the chain of the last edit, until data shows what became of it
  #past = new Set(); // chains from before it
  #trusted = 0;
  #later = 0;
  #draft = null;
  #share = 1;
  #shareTold = null;
  #meanwhile = new Meanwhile({
    keep: () => this.#keep(),
    drop: () => this.#take(this.#held),
    tell: (text) => announce(this.#status, text),
  });
  #cards = new Map();
  #list = element("ol", { class: "chain-list", "aria-label": "Effects in the order of the sound" });
  #empty = element("p", { class: "chain-empty" }, "No effects yet. Say how it should sound, or add one by hand.");
  #status = element("p", { class: "chain-status", role: "status" });
  #edits = new Pace({
    preview: () => emit(this, { do: "preview", chain: this.#draft.toJSON() }),
    settle: () => this.#tellEdit(),
  });
  #amounts = new Pace({
    preview: () => emit(this, { do: "amount-preview", share: this.#share }),
    settle: () => this.#tellAmount(),
  });
  #amount = new Amount({
    set: (share) => this.#setShare(share),
    hold: () => this.#amounts.hold(),
    letGo: () => this.#letGo(this.#amounts),
    reset: () => this.#setShare(1),
    say: (text) => announce(this.#status, text),
  });
  #add = this.#adder("Add effect", () => this.#draft.slots.length, "chain-add", [icon("plus"), "Add effect"]);
  #built = false;
  #leaving = () => this.flush();
  #labels = new Map(); // slot id -> what people call it
  #elsewhere = (event) => { if (event.target !== this && event.detail.do !== "refresh") this.flush(); };

  get data() {
    return this.#data;
  }

  set data(data) {
    if (this.#data && data.session !== this.#data.session) this.#forget();
    if (!this.#busy) this.#take(data);
    else {
      this.#held = data;
      if (this.#meanwhile.waits) this.#meanwhile.decide(data, this.#data);
    }
  }

  connectedCallback() {
    if (!this.#built) {
      this.#built = true;
      this.append(this.#meanwhile.element, this.#amount.element, this.#empty, this.#list, this.#add.element, this.#status);
      for (const name of EDITED) this.addEventListener(name, (event) => this.#guard(event), true);
      this.addEventListener("focusout", (event) => { if (!this.contains(event.relatedTarget)) this.flush(); });
    }
    document.addEventListener("part-event", this.#elsewhere, true);
    addEventListener("blur", this.#leaving);
    addEventListener("pagehide", this.#leaving);
    adopt(this);
    if (this.#data) this.#show();
  }

  disconnectedCallback() {
    this.flush();
    document.removeEventListener("part-event", this.#elsewhere, true);
    removeEventListener("blur", this.#leaving);
    removeEventListener("pagehide", this.#leaving);
  }

  // Tells at once what was changed and not yet told.
  flush() {
    this.#edits.flush();
    this.#amounts.flush();
  }

  // Data

  get #busy() {
    return this.#meanwhile.waits || [this.#edits, this.#amounts].some((pace) => pace.held || pace.dirty);
  }

  // Whether others have a turn, or had one, since the hand began whose change is to be told now.
  get #overtaken() {
    return this.#held && !this.#told && !this.#shareTold && overtaken(this.#held, this.#data);
  }

  #forget() {
    this.#edits.drop();
    this.#amounts.drop();
    this.#settled();
    this.#shareTold = null;
    this.#meanwhile.clear();
    this.#held = null;
    this.#data = null;
    this.#cards.clear();
  }

  // Data from before an edit that is on its way does not undo it under the eyes; an edit that failed is undone.
  #take(data) {
    const fresh = new Draft(data);
    const stale = this.#past.has(JSON.stringify(fresh)) && (!data.editable || performance.now() < this.#trusted);
    this.#data = data;
    this.#held = null;
    this.#meanwhile.clear();
    clearTimeout(this.#later);
    if (stale) this.#later = setTimeout(() => { if (!this.#busy) this.#take(this.#data); }, TRUST_MS);
    else {
      this.#settled();
      this.#draft = fresh;
      const told = this.#shareTold;
      if (!told || told.turn !== data.amount?.turn || data.editable) {
        this.#share = data.amount?.share ?? 1;
        this.#shareTold = null;
      }
    }
    if (this.isConnected) this.#show();
  }

  // After a hand has let go without a change.
  #letGo(pace) {
    pace.letGo();
    if (!this.#busy && this.#held) this.#take(this.#held);
  }

  #tellEdit() {
    if (this.#overtaken) return this.#meanwhile.decide(this.#held, this.#data);
    const known = chainOf(this.#held ?? this.#data);
    const chain = JSON.stringify(this.#draft);
    if (chain === (this.#told ?? known)) {
      return this.#held && this.#take(this.#held);
    }
    this.#past.add(known);
    if (this.#told) this.#past.add(this.#told);
    this.#past.delete(chain);
    this.#told = chain;
    this.#trusted = performance.now() + TRUST_MS;
    this.#held = null;
    emit(this, { do: "edit", chain: this.#draft.toJSON() });
  }

  // Tells what a hand did to a chain that has become another one.
  #keep() {
    this.#data = this.#held;
    this.#held = null;
    this.#meanwhile.clear();
    this.#tellEdit();
  }

  #tellAmount() {
    if (this.#overtaken) {
      this.#take(this.#held);
      return this.#meanwhile.amountLost();
    }
    if (!this.#data.amount || this.#share === this.#data.amount.share) {
      if (this.#held) this.#take(this.#held);
      return;
    }
    this.#shareTold = { turn: this.#data.amount.turn };
    this.#held = null;
    emit(this, { do: "amount", share: this.#share });
  }

  #settled() {
    this.#told = null;
    this.#past.clear();
  }

  // Acts

  #changed(heard = true) {
    this.#amounts.flush();
    this.#edits.moved(heard);
    this.#show();
  }

  #setShare(share) {
    this.#edits.flush();
    this.#share = share;
    this.#amounts.moved();
    this.#amount.show(this.#data.amount, share);
  }

  #hand(id) {
    return {
      set: (values) => {
        this.#draft.set(id, values);
        this.#amounts.flush();
        this.#edits.moved();
        this.#showCard(this.#cards.get(id));
      },
      hold: () => this.#edits.hold(),
      letGo: () => this.#letGo(this.#edits),
      reset: (names) => { this.#draft.reset(id, names); this.#changed(); },
      lock: (names, on) => { this.#draft.lock(id, names, on); this.#changed(false); },
      bypass: (on) => { this.#draft.bypass(id, on); this.#changed(); },
      remove: () => this.#remove(id),
      move: (by) => this.#move(id, this.#draft.place(id) + by),
      say: (text) => announce(this.#status, text),
    };
  }

  #move(id, place) {
    const before = this.#draft.place(id);
    this.#draft.move(id, place);
    const now = this.#draft.place(id);
    if (now === before) return;
    this.#changed();
    announce(this.#status, `${this.#labels.get(id)} is now number ${now + 1} of ${this.#draft.slots.length}`);
  }

  #remove(id) {
    const { slots } = this.#draft;
    const label = this.#labels.get(id);
    const place = this.#draft.place(id);
    const next = slots[place + 1] ?? slots[place - 1];
    (next ? this.#cards.get(next.id).menu.button : this.#add.button).focus({ preventScroll: true });
    this.#draft.remove(id);
    this.#changed();
    announce(this.#status, `${label} removed`);
  }

  // An effect that is there already is offered as one more.
  #adder(label, place, kind, content) {
    const offered = () => Object.entries(this.#data.effects).filter(([, effect]) => !effect.absent);
    return menu(label, content, () => offered().map(([name, effect]) => ({
      label: this.#draft.labelAt(name, place()),
      hint: effect.summary,
      act: () => {
        const id = this.#draft.add(name, place());
        this.#changed();
        this.#cards.get(id).handle.focus();
        announce(this.#status, `${this.#labels.get(id)} added`);
      },
    })), { class: kind });
  }

  // While a turn runs nothing is edited, and what has the focus keeps it.
  #guard(event) {
    if (this.#data?.editable || !event.target.closest?.("[data-edits], [role=menuitem]")) return;
    if (event.type === "keydown" && (PASSED.includes(event.key) || event.ctrlKey || event.metaKey)) return;
    if (event.cancelable) event.preventDefault();
    event.stopImmediatePropagation();
  }

  // Showing

  #show() {
    const { slots } = this.#draft;
    this.#labels = this.#draft.labels;
    const cards = slots.map((slot) => this.#cards.get(slot.id) ?? this.#made(slot));
    for (const [id, card] of this.#cards) {
      if (!cards.includes(card)) {
        card.menu.close(false);
        this.#cards.delete(id);
      }
    }
    arrange(this.#list, cards.map((card) => card.item));
    for (const card of cards) this.#showCard(card);
    this.#empty.hidden = cards.length > 0;
    this.#amount.show(this.#data.amount, this.#share);
    this.#showEditable();
  }

  #showCard(card) {
    const { id } = card;
    const original = (name) => this.#draft.original(id, name);
    const label = this.#labels.get(id);
    card.adder.rename(`Add an effect before ${label}`);
    card.show(this.#draft.slot(id), label, original, this.#draft.place(id), this.#draft.slots.length);
  }

  #showEditable() {
    const off = this.#data.editable ? null : "true";
    put(this, "aria-busy", off);
    for (const each of this.querySelectorAll("[data-edits]")) put(each, "aria-disabled", off);
  }

  #made({ id, effect }) {
    const card = new Card(id, this.#data.effects[effect], this.#hand(id));
    card.adder = this.#adder("", () => this.#draft.place(id), "chain-insert", [icon("plus")]);
    // Before the card: the way of the sound, and a place for one more effect.
    card.item = element("li", {}, element("div", { class: "chain-gap" }, card.adder.element), card.element);
    const cards = () => this.#draft.slots.map((slot) => this.#cards.get(slot.id).element);
    reorder(card.handle, card.element, cards, {
      drop: (place) => this.#move(id, place),
      hold: () => this.#edits.hold(),
      letGo: () => this.#letGo(this.#edits),
    });
    this.#cards.set(id, card);
    return card;
  }
}

customElements.define("ifx-chain", Chain);
