const STRIDE = 5; // seconds
const WAYS = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 };

const SILENT = "checkbox radio range button submit reset file color".split(" "); // kinds of fields without a text

/** Space plays wherever no text is being typed, but for what somebody came to by key and presses with it. */
export function listenEverywhere(root, host, signal) {
  const ours = ({ key, target, ctrlKey, altKey, metaKey, defaultPrevented }) => {
    if (key !== " " || ctrlKey || altKey || metaKey || defaultPrevented || !host.ready()) return false;
    if (root.contains(target) || target.isContentEditable || target.matches?.("textarea, select")) return false;
    if (target.matches?.("input") && !SILENT.includes(target.type)) return false;
    return !target.matches?.(":is(button, summary, a, input, [role]):focus-visible");
  };
  document.addEventListener("keydown", (event) => {
    if (!ours(event)) return;
    event.preventDefault();
    if (!event.repeat) host.toggle();
  }, { signal });
  document.addEventListener("keyup", (event) => ours(event) && event.preventDefault(), { signal });
}

/**
 * The player's keys. host: {toggle(), step(seconds), edge(end), choose(place), loop(), match(), escape()}; escape says
 * whether there was something to leave. After a press with the pointer Space plays and pauses, whatever was pressed;
 * who came to a button by Tab presses it with Space, as everywhere.
 */
export function listen(root, host) {
  let pointing = true;
  const pressing = (target) => target.tagName === "BUTTON" && !pointing;

  root.addEventListener("pointerdown", () => (pointing = true));
  root.addEventListener("focusin", ({ target }) => {
    if (target.tagName === "BUTTON" && target.matches(":focus-visible")) pointing = false;
  });
  root.addEventListener("keyup", (event) => {
    if (event.key === " " && !pressing(event.target)) event.preventDefault(); // Firefox presses on the way up
  });
  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    if (event.key === "Tab") pointing = false;
    const act = actOf(event);
    if (act && act() !== false) event.preventDefault();
  });

  /** What a key does here; nothing where the key is left to the element that has the focus. */
  function actOf({ key, target, repeat }) {
    if (key === " ") return pressing(target) ? null : () => repeat || host.toggle();
    if (key === "Escape") return () => host.escape();
    if (/^[1-9]$/.test(key)) return () => host.choose(Number(key) - 1);
    if (key.toLowerCase() === "l") return () => host.loop();
    if (key.toLowerCase() === "m") return () => host.match();
    if (target.tagName === "INPUT") return null; // the steps' slider has arrows of its own
    if (key in WAYS) return () => host.step(WAYS[key] * STRIDE);
    if (key === "Home" || key === "End") return () => host.edge(key === "End");
    return null;
  }
}
