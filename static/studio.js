// The page's own script: the parts, and what goes between them without the server's help.
import "./player.js";
import "./chain.js";
import "./history.js";
import "./take.js";
import "./address.js";
import "./change-curve.js";
import "./countdown.js";
import "./focus.js";
import "./kept-words.js";
import "./unsaid.js";
import { watch } from "./conversation.js";
import { once } from "./once.js";
import { PreviewQueue } from "./previews.js";

const player = () => document.querySelector("ifx-player");
const previews = new PreviewQueue(
  (token, asked) => fetch(`/preview/${token}`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(asked),
  }),
  (sound) => player()?.preview(sound),
);

// Previews are heard at once; all else is an event of the page, for the server.
document.addEventListener("part-event", (event) => {
  const { do: what, chain, share, text } = event.detail;
  const part = event.target.data;
  if (what === "preview") previews.ask(part.session, { chain }, player()?.data?.excerpt?.start ?? 0);
  else if (what === "amount-preview") previews.ask(part.session, { share }, player()?.data?.excerpt?.start ?? 0);
  else if (what === "error") console.info(text);
});

// How high the words stand at the lower edge of a phone; the transport stands upon them.
const reach = new ResizeObserver(([{ target }]) => {
  document.documentElement.style.setProperty("--reach", `${target.offsetHeight}px`);
});

once(() => {
  if (!["conversation", "progress", "choosing", "reach"].every((each) => document.getElementById(each))) return false;
  reach.observe(document.getElementById("reach"));
  watch(document.getElementById("conversation"));
  return true;
});

// A file that is dropped anywhere on the page goes the way of one that is chosen; a track on the player is compared with.
const FILES = "#upload input[type=file]";
const dropping = (on) => document.documentElement.toggleAttribute("data-drop", on);
const carriesFiles = (event) => event.dataTransfer?.types.includes("Files");
document.addEventListener("dragover", (event) => {
  if (!carriesFiles(event)) return;
  event.preventDefault();
  dropping(true);
});
document.addEventListener("dragleave", (event) => event.relatedTarget ?? dropping(false));
document.addEventListener("drop", (event) => {
  dropping(false);
  if (!carriesFiles(event)) return;
  const part = event.target.closest?.("ifx-player");
  if (part?.data && !/\.(json|zip)$/i.test(event.dataTransfer.files[0].name)) {
    event.preventDefault();
    part.refer(event.dataTransfer.files[0]);
    return;
  }
  const field = document.querySelector(FILES);
  if (field && event.target.closest?.("#upload")) return; // which takes it itself
  event.preventDefault(); // or the browser would leave the page for the file
  if (!field) return; // while another file is on its way
  const first = new DataTransfer();
  first.items.add(event.dataTransfer.files[0]);
  field.files = first.files;
  field.dispatchEvent(new Event("change", { bubbles: true }));
});

// Who has opened a track here before needs no first line. Where nothing may be kept, it is shown.
const VISITED = "instructfx-visited";
const root = document.documentElement;
try {
  root.toggleAttribute("data-visited", localStorage.getItem(VISITED) !== null);
  new MutationObserver(() => root.hasAttribute("data-session") && localStorage.setItem(VISITED, "1"))
    .observe(root, { attributeFilter: ["data-session"] });
} catch {
  root.removeAttribute("data-visited");
}
