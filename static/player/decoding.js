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
 * Sound at `rate` Hz, which is the file's own: then nothing is resampled and what is heard is the file. An offline
 * context decodes without asking for a press first.
 */
export async function decoded(bytes, rate) {
  try {
    return await new OfflineAudioContext(1, 1, rate).decodeAudioData(bytes);
  } catch (error) {
    throw new Error("it is not sound that this browser can decode", { cause: error });
  }
}
