// Small things that the page's parts are built from: elements, icons and what is said to a screen reader.

const ICONS = {
  lock: '<path d="M4.5 7V5a3.5 3.5 0 0 1 7 0v2"/><rect x="3" y="7" width="10" height="7" rx="1.5" class="fill"/>',
  open: '<path d="M4.5 7V5a3.5 3.5 0 0 1 6.8-1.2"/><rect x="3" y="7" width="10" height="7" rx="1.5"/>',
  reset: '<path d="M3.2 8a4.8 4.8 0 1 0 1.5-3.5"/><path d="M4.3 1.6v3.1h3.1"/>',
  more: '<path class="dots" d="M3 8h.01M8 8h.01M13 8h.01"/>',
  grip: '<path class="dots" d="M5.5 3.5h.01M10.5 3.5h.01M5.5 8h.01M10.5 8h.01M5.5 12.5h.01M10.5 12.5h.01"/>',
  plus: '<path d="M8 3v10M3 8h10"/>',
  undo: '<path d="M3 7h6.5a3.5 3.5 0 0 1 0 7H6"/><path d="M6 3.8 2.8 7 6 10.2"/>',
  redo: '<path d="M13 7H6.5a3.5 3.5 0 0 0 0 7H10"/><path d="M10 3.8 13.2 7 10 10.2"/>',
};

// An element with attributes and children. A function is a listener for the event that its key names; null, undefined
// and false leave an attribute out, true gives it an empty value.
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else put(made, name, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

// Sets an attribute, or takes it away for null, undefined and false; touches the page only where that changes it.
export function put(target, name, value) {
  if (value === null || value === undefined || value === false) target.removeAttribute(name);
  else if (target.getAttribute(name) !== String(value === true ? "" : value)) {
    target.setAttribute(name, value === true ? "" : value);
  }
}

export function write(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

// Text that is read out, again where it is the same as before.
export function announce(region, text) {
  write(region, "");
  requestAnimationFrame(() => write(region, text));
}

export function icon(name) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 16 16", "aria-hidden": "true", class: "part-icon" })) {
    made.setAttribute(key, value);
  }
  made.innerHTML = ICONS[name];
  return made;
}

// Puts children into this order and removes all others. What has the focus stays where it is and the rest moves around
// it: a moved element would lose it.
export function arrange(parent, children) {
  for (const each of [...parent.children]) if (!children.includes(each)) each.remove();
  if (children.every((child, place) => parent.children[place] === child)) return;
  const anchor = children.find((child) => child.parentNode === parent && child.contains(document.activeElement));
  let before = anchor ?? null;
  for (const child of children) {
    if (child === anchor) before = null;
    else parent.insertBefore(child, before);
  }
}

export function emit(target, detail) {
  target.dispatchEvent(new CustomEvent("part-event", { bubbles: true, detail }));
}

// Data that was given to an element before its script was there hides the property; this puts it where it belongs.
export function adopt(target) {
  if (!Object.hasOwn(target, "data")) return;
  const { data } = target;
  delete target.data;
  target.data = data;
}
