// Whoever is here by key stays where they are. A turn disables buttons and takes things off the page: what loses the focus
// by that has it again afterwards, or something near it. And there are ways past a hundred stops.

const WORDS = "#words :is(textarea, input)";
const BUSY = "#send:disabled, #samples button:disabled";
const STOPS = "button, input, textarea, select, summary, a[href], [tabindex='0']";

let last = []; // what somebody came to by key, and what is near it, the best first

const usable = (each) => each?.isConnected && !each.disabled && each.checkVisibility({ visibilityProperty: true });
const lost = () => document.activeElement === document.body || !usable(document.activeElement);

document.addEventListener("focusin", ({ target }) => {
  const near = [target.closest("[role=treeitem]"), target.closest("ifx-player")?.querySelector(".player-play")];
  last = target.matches(":focus-visible") ? [target, ...near] : [];
});
document.addEventListener("pointerdown", () => (last = []), true);

// Give the focus back, where it was lost; what something under way has disabled is waited for.
function back() {
  if (!last.length || !lost()) return;
  if (document.querySelector(BUSY) && !usable(last[0])) return;
  const opened = document.documentElement.hasAttribute("data-session");
  [...last, document.querySelector(opened ? WORDS : "#upload button")].find(usable)?.focus({ preventScroll: true });
}

// In the next frame: what comes together is on the page by then.
const looking = new MutationObserver(() => last.length && requestAnimationFrame(back));
looking.observe(document.documentElement, { attributeFilter: ["disabled", "hidden", "data-session"], subtree: true });

// The page's address names a session, so that a way to some part of it is a button and no link.
document.addEventListener("click", ({ target }) => {
  const part = target.closest?.("[data-jump]");
  const stops = part ? document.querySelectorAll(`${part.dataset.jump} :is(${STOPS})`) : [];
  [...stops].find(usable)?.focus();
});
