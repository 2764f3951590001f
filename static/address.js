// The address carries the session's id behind the #, which browsers send to no server: who holds it may come back.
//
// data: AddressData. It speaks by "part-event" events: RefreshEvent, when others have changed the session.

import { Changes } from "./changes.js";
import { emit } from "./parts-dom.js";

/** @typedef {{session: string, visit: string, revision: number}} AddressData */
/** @typedef {{do: "refresh", session: string}} RefreshEvent */

class Address extends HTMLElement {
  #changes = new Changes((session) => emit(this, { do: "refresh", session }));

  set data(value) {
    if (value === null || value === undefined) return;
    const hash = value.session ? `#${value.session}` : "";
    document.documentElement.toggleAttribute("data-session", Boolean(hash)); // by which the style sheet shows what
    if (location.hash !== hash) history.replaceState(null, "", `${location.pathname}${location.search}${hash}`);
    this.#changes.show(value);
  }
}

customElements.define("ifx-address", Address);

// An address that somebody pastes into an open page is another session.
addEventListener("hashchange", () => location.reload());
