const FALLBACK_RATE = 48_000;

/** The sample rate in Hz that a WAV or FLAC file states; null for anything else. */
export function statedRate(bytes) {
  const view = new DataView(bytes);
  const name = (at) => String.fromCharCode(...new Uint8Array(bytes, at, 4));
  if (bytes.byteLength < 42) return null;
  if (name(0) === "fLaC") return ((view.getUint8(18) << 12) | (view.getUint8(19) << 4) | (view.getUint8(20) >> 4)) || null;
  if (!["RIFF", "RF64"].includes(name(0)) || name(8) !== "WAVE") return null;
  for (let at = 12; at + 16 <= bytes.byteLength; at += 8 + view.getUint32(at + 4, true) + (view.getUint32(at + 4, true) % 2)) {
    if (name(at) === "fmt ") return view.getUint32(at + 12, true) || null;
  }
  return null;
}

/** The bytes behind an address. Errors say in a person's words why there are none. */
export async function fetched(url, signal) {
  let response;
  try {
    response = await fetch(url, { signal });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Error("the server cannot be reached", { cause: error });
  }
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return response.arrayBuffer();
}

/**
 * Sound at `rate` Hz, or at the rate that the file states where rate is null: then nothing is resampled and what is
 * heard is the file. An offline context decodes without asking for a press first.
 */
export async function decoded(bytes, rate) {
  const wanted = rate ?? statedRate(bytes) ?? FALLBACK_RATE;
  let context;
  try {
    context = new OfflineAudioContext(1, 1, wanted);
  } catch {
    context = new OfflineAudioContext(1, 1, FALLBACK_RATE); // a rate that this browser cannot play
  }
  try {
    return await context.decodeAudioData(bytes);
  } catch (error) {
    throw new Error("it is not sound that this browser can decode", { cause: error });
  }
}
