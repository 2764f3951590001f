// A sound is a version or a preview: {url, start, seconds, whole, gain_db}, times in seconds of the track. A preview has
// its buffer; a version is fetched in segments.

/** From when to when it can be heard, {start, end} in seconds. */
export function stretchOf({ start, seconds, end = start + seconds }) {
  return { start, end };
}

export function isWithin({ start, end }, seconds) {
  return seconds >= start && seconds < end;
}

/** As the transport takes it. data: PlayerData; piece(number): its segments that are here. */
export function voiceOf({ buffer, start, seconds, whole }, { sample_rate, segment_frames }, piece) {
  const frames = buffer?.length ?? Math.round(seconds * sample_rate);
  const segment = buffer ? frames : segment_frames;
  return { start: Math.round(start * sample_rate), frames, segment, whole, piece: buffer ? () => buffer : piece };
}

/** The segments, {url, number}, that so many seconds of a version take from a second on, round a loop where one is. */
export function segmentsOf(sound, data, from, seconds, loop) {
  if (sound.buffer) return [];
  const { start, frames, segment } = voiceOf(sound, data);
  const end = loop && from < loop.end ? Math.min(from + seconds, loop.end) : from + seconds;
  const again = loop ? { start: loop.start, end: Math.min(loop.start + seconds - (end - from), loop.end) } : null;
  return [{ start: from, end }, again].filter(Boolean).flatMap((stretch) => {
    const frame = (time) => Math.min(Math.max(0, Math.round(time * data.sample_rate) - start), frames);
    const [first, last] = [Math.floor(frame(stretch.start) / segment), Math.ceil(frame(stretch.end) / segment)];
    return Array.from({ length: Math.max(0, last - first) }, (_, place) => ({ url: sound.url, number: first + place }));
  });
}
