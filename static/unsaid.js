// What Gradio's elements leave unsaid: who uses a screen reader hears names of groups, regions and the file chooser, and
// whether the fold is open.

import { put } from "./parts-dom.js";

const region = (name) => ({ role: "region", "aria-label": name });
const named = (name) => ({ "aria-label": name });

const UNSAID = {
  "#ear": named("Ear: who listens"),
  "#planner": named("Planner: who chooses effects"),
  "#first-turn": named("First turn"),
  "#advanced .label-wrap .icon": { "aria-hidden": "true" },
  "#upload button": named("Your own track: choose a file"),
  "#upload input[type=file]": named("Your own track"),
  "#chooser": region("Choose a track"),
  "#listen": region("Track and player"),
  "#conversation": region("Conversation"),
  "#reach": region("Words"),
  "#rack-chain": region("Chain"),
  "#rack-history": region("History"),
  "#rack-pictures": region("Pictures"),
};

function tell() {
  for (const [selector, attributes] of Object.entries(UNSAID)) {
    const found = document.querySelector(selector);
    if (found) Object.entries(attributes).forEach(([name, value]) => put(found, name, value));
  }
  const fold = document.querySelector("#advanced .label-wrap");
  if (fold) put(fold, "aria-expanded", String(fold.classList.contains("open")));
}

tell();
new MutationObserver(tell).observe(document.documentElement, { childList: true, subtree: true });
