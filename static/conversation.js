// What is new in the conversation is in sight and is said once to who listens to the page. What was opened stays open.

import { announce } from "./parts-dom.js";

const TELLING = ".take, .reply > p:not(.facts), .by-hand > summary, .notice";
const PATIENCE_MS = 5000; // between two words on how far something is

const folds = new WeakMap(); // those that were opened or closed here, and which
let known = []; // what is said of each message
let fresh = []; // and has not been said
let opened = false;
let quietSince = null; // while something is under way

const one = (selector) => document.querySelector(selector);
const text = (found) => found?.textContent.replace(/\s+/g, " ").trim() ?? "";

/** What happens in the conversation from now on. talk: its element on the page. */
export function watch(talk) {
  talk.addEventListener("click", ({ target }) => {
    const fold = target.closest("summary")?.parentElement;
    if (fold) folds.set(fold, !fold.open);
  });
  const watching = new MutationObserver(() => settle(talk));
  watching.observe(talk, { childList: true, subtree: true, characterData: true });
  settle(talk);
  const far = new MutationObserver(tellProgress);
  ["#progress", "#choosing"].forEach((place) => far.observe(one(place), { childList: true, subtree: true, characterData: true }));
  new MutationObserver(() => requestAnimationFrame(tellSession))
    .observe(document.documentElement, { attributeFilter: ["data-session"] });
}

// Gradio makes what is there the same as what is sent, which knows of no open folds.
function settle(talk) {
  for (const fold of talk.querySelectorAll("details")) if (folds.has(fold)) fold.open = folds.get(fold);
  const now = [...talk.querySelectorAll(".turn")].map(sayingOf);
  const changed = now.filter((each, place) => each !== known[place]);
  known = now;
  talk.tabIndex = known.length ? 0 : -1; // so that it is scrolled by keys
  if (!changed.length) return;
  fresh.push(...changed);
  talk.scrollTop = talk.scrollHeight;
  requestAnimationFrame(tellFresh);
}

function sayingOf(article) {
  if (article.querySelector(".working")) return `Working on it: ${text(article.querySelector(".words"))}`;
  return `${article.getAttribute("aria-label")}: ${[...article.querySelectorAll(TELLING)].map(text).join(" ")}`;
}

function say(words) {
  announce(one("#spoken"), words);
}

// Those of a session that is being opened are not said one by one.
function tellFresh() {
  if (!tellSession() && fresh.length) say(fresh.join(" "));
  fresh = [];
}

function tellSession() {
  const isOpen = document.documentElement.hasAttribute("data-session");
  if (isOpen === opened) return false;
  opened = isOpen;
  fresh = [];
  const messages = known.length ? `, ${known.length} so far in the conversation` : "";
  say(isOpen ? `Open: ${text(one("#track strong"))}${messages}.` : "Choose a track.");
  return true;
}

function tellProgress() {
  const parts = [...document.querySelectorAll(":is(#progress, #choosing) .progress-text span")].map(text);
  const now = performance.now();
  quietSince = parts.length ? (quietSince ?? now) : null;
  if (!parts.length || now - quietSince < PATIENCE_MS) return;
  quietSince = now;
  say(parts.join(", "));
}
