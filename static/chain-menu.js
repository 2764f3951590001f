// A button that opens a list of things to do: by mouse, touch and arrow keys.

import { element, put } from "./parts-dom.js";

// items(): [{label, hint, disabled, act()}], asked anew whenever it opens. Returns {element, button, close(), rename(label)}.
export function menu(label, content, items, attributes = {}) {
  const list = element("div", { class: "chain-menu-list", role: "menu", "aria-label": label, hidden: true });
  const button = element(
    "button",
    {
      type: "button", "aria-haspopup": "menu", "aria-expanded": "false", "aria-label": label, "data-edits": true,
      ...attributes, click: () => (list.hidden ? open() : close()),
    },
    content,
  );
  const box = element("div", { class: "chain-menu" }, button, list);
  const entries = () => [...list.querySelectorAll("[role=menuitem]")];

  const outside = (event) => { if (!box.contains(event.target)) close(false); };

  function open(last = false) {
    list.replaceChildren(...items().map(({ label: text, hint, disabled, act }) => element(
      "button",
      {
        type: "button", role: "menuitem", tabindex: -1, "aria-disabled": disabled ? "true" : null,
        click: () => { if (!disabled) { close(); act(); } },
      },
      element("span", {}, text), hint ? element("small", {}, hint) : null,
    )));
    list.hidden = false;
    button.setAttribute("aria-expanded", "true");
    const room = button.getBoundingClientRect();
    const above = innerHeight - room.bottom < list.offsetHeight + 12 && room.top > innerHeight - room.bottom;
    list.classList.toggle("chain-menu-above", above);
    list.style.maxHeight = `${Math.max(160, (above ? room.top : innerHeight - room.bottom) - 16)}px`;
    entries().at(last ? -1 : 0)?.focus({ preventScroll: true });
    document.addEventListener("pointerdown", outside, true);
  }

  function close(back = true) {
    if (list.hidden) return;
    list.hidden = true;
    button.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", outside, true);
    if (back) button.focus({ preventScroll: true });
  }

  button.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    open(event.key === "ArrowUp");
  });
  list.addEventListener("keydown", (event) => {
    const all = entries();
    const at = all.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1 + all.length, Home: 0, End: all.length - 1 }[event.key];
    if (next !== undefined) all[next % all.length].focus();
    else if (event.key === "Escape") close();
    else if (event.key.length === 1 && event.key !== " ") {
      const letter = event.key.toLowerCase();
      [...all.slice(at + 1), ...all].find((each) => each.textContent.toLowerCase().startsWith(letter))?.focus();
      return;
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  box.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !box.contains(event.relatedTarget)) close(false);
  });
  function rename(text) {
    for (const each of [button, list]) put(each, "aria-label", text);
  }

  return { element: box, button, close, rename };
}
