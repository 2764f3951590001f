import { BLIND_NAMES } from "./offers.js";

const TEMPLATE = `
<div class="player-transport"><i class="player-edge"></i><div class="player-dock">
<div class="player-bar">
  <button type="button" class="player-play" aria-label="Play" aria-keyshortcuts="Space">
    <svg viewBox="0 0 24 24" aria-hidden="true"><path class="player-icon-play" d="M8 5.5v13l10.5-6.5z"/>
    <path class="player-icon-pause" d="M7.5 5.5h3.2v13H7.5zM13.3 5.5h3.2v13h-3.2z"/></svg>
  </button>
  <p class="player-clock"><span class="player-now">0:00</span> <span class="player-total">/ 0:00</span></p>
  <button type="button" class="player-match" role="switch" aria-checked="true" aria-keyshortcuts="M"
    aria-label="Match loudness"><i aria-hidden="true"></i><span>Match loudness</span></button>
  <div class="player-switch" role="group" aria-label="Version to hear"></div>
</div>
<div class="player-wave">
  <canvas class="player-canvas" aria-hidden="true"></canvas>
  <div class="player-position" role="slider" tabindex="0" aria-label="Position" aria-valuemin="0" aria-valuemax="0"
    aria-valuenow="0" aria-valuetext="0 seconds"></div>
  <div class="player-handle player-start" role="slider" tabindex="0" aria-label="Loop start" aria-valuemin="0" hidden></div>
  <div class="player-handle player-end" role="slider" tabindex="0" aria-label="Loop end" aria-valuemin="0" hidden></div>
</div>
</div></div>
<div class="player-levels"></div>
<p class="player-status" role="status"></p>
<div class="player-tools">
  <button type="button" class="player-loop" aria-keyshortcuts="L">Loop</button>
  <button type="button" class="player-listen" title="Let the search listen from here on" hidden>Listen here</button>
  <button type="button" class="player-begin">Blind test</button>
  <button type="button" class="player-pin">Keep as reference</button>
  <button type="button" class="player-own" title="As loud as the rest, with a key of its own">Compare with a track of your own…</button>
  <input type="file" class="player-file" aria-label="A track to compare with" hidden>
</div>
<p class="player-told" role="status"></p>
<div class="player-blind" role="group" aria-label="Blind test" hidden>
  <p class="player-question">Which is better? Loudness is matched.</p>
  <p class="player-result" role="status" hidden></p>
  <div class="player-answers">
    <button type="button" data-choice="neither">No difference</button>
    <button type="button" class="player-leave">Leave the test</button>
  </div>
</div>
<details class="player-steps" hidden><summary>Details of the search</summary>
  <p class="player-said"></p>
  <div class="player-loss" aria-hidden="true">
    <svg viewBox="0 0 100 24" preserveAspectRatio="none"><path vector-effect="non-scaling-stroke"/></svg><i></i>
  </div>
  <input type="range" min="0" max="0" step="1" value="0" aria-label="Step of the search">
</details>
<div class="player-fault" role="alert" hidden><p></p><button type="button">Retry</button></div>
`;

const SLOTS = ["dry", "reference", "previous", "current", "picked", "edit", ...BLIND_NAMES];

/** Build the player's elements, once, and say where each is. Slots of the switch keep their buttons for good. */
export function build(root) {
  root.innerHTML = TEMPLATE;
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", root.getAttribute("aria-label") ?? "Player");
  const one = (selector) => root.querySelector(selector);
  const slots = Object.fromEntries(SLOTS.map((slot) => [slot, button(one(".player-switch"), slot)]));
  one(".player-answers").prepend(...BLIND_NAMES.map(choice));
  const choices = [...root.querySelectorAll("[data-choice]")];
  return {
    slots,
    place: one(".player-transport"),
    dock: one(".player-dock"),
    play: one(".player-play"),
    now: one(".player-now"),
    total: one(".player-total"),
    canvas: one(".player-canvas"),
    position: one(".player-position"),
    handles: { start: one(".player-start"), end: one(".player-end") },
    levels: one(".player-levels"),
    match: one(".player-match"),
    loop: one(".player-loop"),
    listen: one(".player-listen"),
    begin: one(".player-begin"),
    pin: one(".player-pin"),
    own: { button: one(".player-own"), field: one(".player-file"), told: one(".player-told") },
    blind: {
      panel: one(".player-blind"),
      names: Object.fromEntries(BLIND_NAMES.map((name) => [name, slots[name]])),
      question: one(".player-question"),
      answers: Object.fromEntries(choices.map((each) => [each.dataset.choice, each])),
      result: one(".player-result"),
      leave: one(".player-leave"),
    },
    steps: {
      panel: one(".player-steps"),
      slider: one(".player-steps input"),
      line: one(".player-loss path"),
      dot: one(".player-loss i"),
      said: one(".player-said"),
    },
    status: one(".player-status"),
    fault: { box: one(".player-fault"), words: one(".player-fault p"), retry: one(".player-fault button") },
  };
}

function button(parent, slot) {
  const made = document.createElement("button");
  made.type = "button";
  made.hidden = true;
  made.className = `player-version player-${slot.toLowerCase()}`;
  made.setAttribute("aria-pressed", "false");
  const [name, words] = [document.createElement("b"), document.createElement("span")];
  if (slot.length === 1) name.textContent = slot;
  made.append(name, words);
  parent.append(made);
  return made;
}

function choice(name) {
  const made = document.createElement("button");
  made.type = "button";
  made.dataset.choice = name;
  return made;
}

/** Say something only where it is new, so that a screen reader does not hear it twice. */
export function say(element, words) {
  if (element.textContent !== words) element.textContent = words;
}
