// Words that were typed and not sent outlive a page that is loaded again, as it is by itself once a lost connection is back.

import { once } from "./once.js";

const FIELD = "#words :is(textarea, input)";
const KEPT = "instructfx-words";

/** What is in the field as the page goes. Where nothing may be kept, nothing is. */
addEventListener("pagehide", () => {
  try {
    sessionStorage.setItem(KEPT, document.querySelector(FIELD)?.value ?? "");
  } catch {
    // they are typed again
  }
});

function taken() {
  try {
    const words = sessionStorage.getItem(KEPT);
    sessionStorage.removeItem(KEPT);
    return words;
  } catch {
    return "";
  }
}

function putBack() {
  const field = document.querySelector(FIELD);
  if (!field) return false;
  const words = taken();
  if (words && !field.value) {
    field.value = words;
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
  return true;
}

once(putBack);
