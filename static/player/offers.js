export const DRY = "dry";
export const REFERENCE = "reference"; // a track of one's own, beside the turns
/** What versions are called in a blind test, as many as there are. */
export const BLIND_NAMES = ["X", "Y", "Z", "U", "V", "W"];
const BARELY = 0.05; // seconds: a shorter loop is none

export function versionOf(data, id) {
  return data?.versions.find((version) => version.id === id);
}

/** The versions to choose from, in order: {slot, id, version}. A version has one place, the first that fits it. */
export function offers(data, selected) {
  const { current, previous, picked, pinned } = data ?? {};
  const reference = pinned === current ? null : pinned;
  const usual = [DRY, reference, previous, current];
  const extra = [selected, picked].find((id) => versionOf(data, id) && !usual.includes(id));
  const before = [current, reference].includes(previous) ? null : previous;
  const places = { dry: DRY, reference, previous: before, current, picked: extra };
  return Object.entries(places).flatMap(([slot, id]) => {
    const version = versionOf(data, id);
    return version && (id !== DRY || slot === "dry") ? [{ slot, id, version }] : [];
  });
}

/**
 * What the current version is tested against: the other takes, else the previous version; or dry where there are none, or
 * parts of them are of different places.
 */
export function rivals(data) {
  const turn = versionOf(data, data.current);
  const others = (data.takes.length > 1 ? data.takes : [data.previous]).filter((id) => id !== data.current);
  const found = others.map((id) => versionOf(data, id)).filter(Boolean);
  const part = [turn, ...found].find((version) => version && !version.whole);
  const near = found.filter(({ whole, start }) => whole || start === part.start);
  return near.length ? near : [versionOf(data, DRY)];
}

/** Whether all takes that the current version is one of can be heard. */
export function takesAreHere(data) {
  return data.takes.every((id) => versionOf(data, id));
}

/** What two stretches of time, {start, end} in seconds, have in common; null where there is none or one is nothing. */
export function common(one, other) {
  if (!one || !other) return null;
  const both = { start: Math.max(one.start, other.start), end: Math.min(one.end, other.end) };
  return both.end - both.start >= BARELY ? both : null;
}

/** The loop: a preview is looped, or that part of it which a person chose; else what was chosen, which may be nothing. */
export function loopOf(region, preview) {
  return common(region, preview) ?? (preview && { start: preview.start, end: preview.end }) ?? region;
}
