import { DRY, REFERENCE, takesAreHere } from "./offers.js";
import { clock, spoken, tenths } from "./time.js";
import { say } from "./view.js";

export const NAMES = { dry: "Dry", reference: "Reference", previous: "Previous", current: "Current", picked: "Picked" };

const KEPT = "Keep it in the switch, to hold what comes against it";
const SILENT =
  "No sound has begun. Press play once more; if it stays silent, see whether this device has an output for sound that is on.";

/** The places of the switch that can be pressed now, in order. */
export function shownSlots({ test, offered, preview }) {
  if (test) return test.names;
  return [...offered.map(({ slot }) => slot), ...(preview && !preview.over ? ["edit"] : [])];
}

/** Put on the page what the switch, the buttons and the lines should say of the playback. */
export function showFace(view, playback, fault) {
  showSwitch(view, playback);
  showTools(view, playback);
  showLines(view, playback, fault);
}

function showSwitch({ slots }, playback) {
  const { selected, offered, preview, test, waiting, lost } = playback;
  const shown = shownSlots(playback);
  for (const [slot, button] of Object.entries(slots)) {
    button.hidden = !shown.includes(slot);
    button.setAttribute("aria-keyshortcuts", String(shown.indexOf(slot) + 1));
    if (slot.length === 1) continue; // a name in the blind test
    const found = offered.find((each) => each.slot === slot);
    const id = found?.id ?? slot;
    const pressed = !test && selected === id && !button.hidden;
    const waits = Boolean(found) && !test && waiting && selected === id;
    const words = found ? wordsOf(found) : (preview?.label ?? "");
    button.setAttribute("aria-pressed", String(pressed));
    button.setAttribute("aria-busy", String(waits));
    button.classList.toggle("player-lost", Boolean(found) && lost.has(id));
    button.title = words;
    say(button.firstChild, NAMES[slot] ?? preview?.name ?? "Edit");
    say(button.lastChild, waits ? "loading…" : words);
  }
}

function wordsOf({ slot, version }) {
  if (slot === "dry") return "as it came in";
  if (version.label === NAMES[slot]) return version.words;
  return version.words ? `${version.label}: ${version.words}` : version.label;
}

function showTools(view, playback) {
  const { data, duration, matched, offered, playing, preparing, region, test, waiting } = playback;
  view.play.setAttribute("aria-label", playing ? "Pause" : "Play");
  view.play.setAttribute("aria-busy", String(waiting && playing));
  view.play.disabled = !data;
  view.match.setAttribute("aria-checked", String(matched || Boolean(test)));
  view.match.disabled = Boolean(test);
  say(view.loop, region ? "Clear loop" : "Loop");
  view.loop.disabled = !duration;
  view.listen.hidden = !region || Boolean(test);
  view.begin.hidden = Boolean(test);
  const [pinned, shown] = [data?.pinned ?? null, playback.version(playback.selected)?.id];
  view.pin.hidden = Boolean(test) || !shown || shown === DRY;
  say(view.pin, shown === pinned ? "Let go of the reference" : "Keep as reference");
  const own = pinned === REFERENCE && shown !== pinned;
  view.pin.title = own ? `In place of ${playback.version(pinned).words}, which is taken away` : KEPT;
  say(view.begin, data?.takes.length > 1 ? `Blind test of ${data.takes.length} takes` : "Blind test");
  const here = !data || takesAreHere(data);
  view.begin.disabled = Boolean(preparing) || !here || !offered.some(({ slot }) => slot === "current");
  view.begin.title = !here ? "The other takes are being made ready" : "";
  view.position.setAttribute("aria-valuemax", String(Math.round(duration)));
}

function showLines(view, playback, fault) {
  const { data, duration, part, playing, preparing, preview, region, selected, silent, test, waiting } = playback;
  const line = () => {
    if (silent) return SILENT;
    if (preparing) return "Getting both versions ready…";
    if (waiting && playing) return test ? "Loading…" : `Loading ${playback.labelOf(selected)}…`;
    if (preview && !preview.over) return `${preview.label || "An edit"} is looped. Escape returns to the current version.`;
    if (part?.id && !test) return partly(playback);
    if (region) return `Looping ${tenths(region.start)} to ${tenths(region.end)}.`;
    const marked = data?.excerpt && !test ? " The bracket marks what the search listens to." : "";
    return duration ? `Drag over the picture to loop a part.${marked}` : "";
  };
  say(view.status, line());
  const lost = [...playback.lost].map(([id, reason]) => `${playback.labelOf(id)} could not be loaded: ${reason}.`);
  view.fault.box.hidden = !lost.length && !fault;
  view.fault.retry.hidden = !lost.length;
  say(view.fault.words, [...lost, ...(fault ? [fault] : [])].join(" "));
}

/** What is said while no more than a part of a version is there. */
function partly({ data, part }) {
  const coming = [data.current, data.picked].includes(part.id);
  return coming ? "Its excerpt is looped while the whole track is made ready." : "Its excerpt is looped: the whole track is not kept.";
}

/** The time as figures and for the slider, which is told whole seconds only. */
export function showClock(view, { transport, duration }) {
  const { position } = transport;
  say(view.now, clock(position));
  say(view.total, `/ ${clock(duration)}`);
  const whole = String(Math.floor(position + 1e-6));
  if (view.position.getAttribute("aria-valuenow") === whole && view.spokenOf === duration) return;
  view.spokenOf = duration;
  view.position.setAttribute("aria-valuenow", whole);
  view.position.setAttribute("aria-valuetext", `${spoken(position)} of ${spoken(duration)}`);
}

/** What the waveform should draw: in a blind test nothing that could tell one version from another. */
export function picture(playback, region) {
  const { data, duration, selected, test, transport } = playback;
  const drawn = (version) =>
    version && { peaks: version.peaks, start: version.start, seconds: version.seconds, gain: playback.gainOf(version) };
  const heard = playback.version(selected) ?? playback.version(data?.current) ?? playback.version("dry");
  return {
    duration,
    region,
    position: transport.position,
    neutral: Boolean(test),
    excerpt: data?.excerpt ?? null,
    heard: drawn(heard),
    dry: heard?.id === "dry" ? null : drawn(playback.version("dry")),
  };
}
