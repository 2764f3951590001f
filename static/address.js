// The address carries the session's id behind the #, which browsers send to no server: who holds it may come back.

/** @typedef {{session: string}} AddressData */

class Address extends HTMLElement {
  set data(value) {
    if (value === null || value === undefined) return;
    const hash = value.session ? `#${value.session}` : "";
    document.documentElement.toggleAttribute("data-session", Boolean(hash)); // by which the style sheet shows what
    if (location.hash !== hash) history.replaceState(null, "", `${location.pathname}${location.search}${hash}`);
  }
}

customElements.define("ifx-address", Address);

// An address that somebody pastes into an open page is another session.
addEventListener("hashchange", () => location.reload());
