/**
 * The transport stays in reach: while its place on the page is scrolled out of sight it stands at the edge of the window,
 * as slim as it can be. These are the same controls, so that what has the focus keeps it.
 */
export class Dock {
  #parts;

  /** parts: {place, dock, root}: where the transport belongs, the transport, and what is marked while it is docked. */
  constructor(parts) {
    this.#parts = parts;
  }

  /** Watch from now on until the signal. */
  watch(signal) {
    const { place } = this.#parts;
    const seen = new IntersectionObserver(([...entries]) => this.#set(!entries.at(-1).isIntersecting));
    const sized = new ResizeObserver(() => this.#align());
    seen.observe(place.firstElementChild);
    sized.observe(place);
    signal.addEventListener("abort", () => {
      [seen, sized].forEach((observer) => observer.disconnect());
      this.#set(false);
    });
  }

  // The place keeps its height, so that nothing below it moves.
  #set(away) {
    const { place, root } = this.#parts;
    const docked = away && place.offsetParent !== null; // which is hidden where no track is open
    if (docked === root.hasAttribute("data-docked")) return;
    place.style.height = docked ? `${place.getBoundingClientRect().height}px` : "";
    root.toggleAttribute("data-docked", docked);
    this.#align();
  }

  #align() {
    const { place, dock } = this.#parts;
    const { left, width } = place.getBoundingClientRect();
    dock.style.setProperty("--dock-left", `${left}px`);
    dock.style.setProperty("--dock-width", `${width}px`);
  }
}
