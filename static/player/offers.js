export const DRY = "dry";
const BARELY = 0.05; // seconds: a shorter loop is none

export function versionOf(data, id) {
  return data?.versions.find((version) => version.id === id);
}

/** The versions to choose from, in order: {slot, id, version}. A version has one place, the first that fits it. */
export function offers(data, selected) {
  const { current, previous, picked } = data ?? {};
  const extra = [selected, picked].find((id) => versionOf(data, id) && ![DRY, previous, current].includes(id));
  const places = { dry: DRY, previous: previous === current ? null : previous, current, picked: extra };
  return Object.entries(places).flatMap(([slot, id]) => {
    const version = versionOf(data, id);
    return version && (id !== DRY || slot === "dry") ? [{ slot, id, version }] : [];
  });
}

/** What the current version is tested against: the previous one, or dry where parts of both are of different places. */
export function opponent(data) {
  const [turn, against] = [versionOf(data, data.current), versionOf(data, data.previous)];
  const apart = turn && against && !turn.whole && !against.whole && turn.start !== against.start;
  return against && against !== turn && !apart ? against : versionOf(data, DRY);
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
