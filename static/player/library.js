import { decoded, fetched } from "./decoding.js";

const KEPT = 32; // segments
const AT_ONCE = 2;

/**
 * Segments of sounds, decoded: those that are wanted, and of the others those that were wanted last, so that there are
 * few of them however long a track is. A sound is known by the address of its segments, in which {segment} stands for
 * their number.
 */
export class Library {
  #pieces = new Map(); // buffers by address, those that were wanted last at the end
  #loading = new Set();
  #wanted = []; // {url, number}, the most urgent first
  #abort = new AbortController();

  #rate;

  /** The address of the segments of a sound to the reason why there are none, in words. */
  failed = new Map();

  /** arrived(url) and lost(url, reason) are told. */
  constructor({ arrived, lost }) {
    Object.assign(this, { arrived, lost });
  }

  /** How many segments are here. */
  get size() {
    return this.#pieces.size;
  }

  piece(url, number) {
    return this.#pieces.get(addressOf({ url, number }));
  }

  /** Another track, of so many Hz: everything is forgotten and what is under way is called off. */
  begin(rate) {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.#pieces.clear();
    this.#loading.clear();
    this.#wanted = [];
    this.failed.clear();
    this.#rate = rate;
  }

  /** Have these segments, {url, number}, here as soon as can be, the most urgent first. */
  want(segments) {
    this.#wanted = segments;
    for (const address of segments.map(addressOf).reverse()) {
      const buffer = this.#pieces.get(address);
      if (buffer && this.#pieces.delete(address)) this.#pieces.set(address, buffer);
    }
    this.#work();
  }

  #work() {
    for (const segment of this.#wanted) {
      if (this.#loading.size >= AT_ONCE) return;
      const address = addressOf(segment);
      if (this.#pieces.has(address) || this.#loading.has(address) || this.failed.has(segment.url)) continue;
      this.#load(segment.url, address, this.#abort.signal);
    }
  }

  async #load(url, address, signal) {
    this.#loading.add(address);
    try {
      const buffer = await decoded(await fetched(address, signal), this.#rate);
      if (signal.aborted) return;
      this.#pieces.set(address, buffer);
      this.#makeRoom();
      this.#loading.delete(address);
      this.arrived(url);
    } catch (error) {
      if (signal.aborted) return;
      this.#loading.delete(address);
      const known = this.failed.has(url);
      this.failed.set(url, error.message);
      if (!known) this.lost(url, error.message);
    }
    this.#work();
  }

  #makeRoom() {
    const wanted = new Set(this.#wanted.map(addressOf));
    for (const address of [...this.#pieces.keys()].filter((each) => !wanted.has(each))) {
      if (this.#pieces.size <= KEPT) return;
      this.#pieces.delete(address);
    }
  }
}

function addressOf({ url, number }) {
  return url.replace("{segment}", String(number));
}
