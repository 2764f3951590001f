import { decoded, fetched } from "./decoding.js";

const KEPT = 4;

/**
 * The decoded versions of one track, at most four of them. What was not heard for the longest is dropped first, but
 * what is not on offer any more goes before what is, and what `held` names stays.
 */
export class Library {
  #buffers = new Map();
  #loading = new Map();
  #heard = new Map();
  #hearings = 0;
  #abort = new AbortController();

  /** rate: Hz of everything decoded, from the first file on; failed: id to the reason, in words. */
  rate = null;
  failed = new Map();

  /**
   * loaded(id, buffer), lost(id, reason), dropped(id) and changed() are told; held() and offered() give the ids that
   * must and that should stay.
   */
  constructor({ loaded, lost, dropped, changed, held, offered }) {
    Object.assign(this, { loaded, lost, dropped, changed, held, offered });
  }

  get ids() {
    return [...this.#buffers.keys()];
  }

  get loading() {
    return [...this.#loading.keys()];
  }

  has(id) {
    return this.#buffers.has(id);
  }

  /** Length in seconds; undefined for what is not here. */
  seconds(id) {
    return this.#buffers.get(id)?.duration;
  }

  /** Say that a version begins or ceases to be heard. */
  hear(id) {
    this.#heard.set(id, ++this.#hearings);
  }

  /** Another track: everything is forgotten and what is under way is called off. */
  forget() {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.ids.forEach((id) => this.#drop(id));
    this.#loading.clear();
    this.#heard.clear();
    this.failed.clear();
    this.rate = null;
  }

  /** True once the version ({id, url}) is here; false where it could not be had, then `failed` says why. */
  async load({ id, url }) {
    if (this.has(id)) return true;
    if (!this.#loading.has(id)) {
      this.failed.delete(id);
      const loading = this.#load(id, url, this.#abort.signal);
      this.#loading.set(id, loading);
      this.changed();
    }
    return this.#loading.get(id);
  }

  async #load(id, url, signal) {
    try {
      const bytes = await fetched(url, signal);
      const buffer = await decoded(bytes, this.rate);
      if (signal.aborted) return false;
      this.rate ??= buffer.sampleRate;
      this.#loading.delete(id);
      this.#buffers.set(id, buffer);
      this.loaded(id, buffer);
      this.#makeRoom(id);
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      this.#loading.delete(id);
      this.failed.set(id, error.message);
      this.lost(id, error.message);
      return false;
    } finally {
      if (!signal.aborted) this.changed();
    }
  }

  #makeRoom(newest) {
    while (this.#buffers.size > KEPT) {
      const [held, offered] = [this.held(), this.offered()];
      const worth = (id) => (offered.includes(id) ? 1e9 : 0) + (this.#heard.get(id) ?? 0);
      const free = this.ids.filter((id) => id !== newest && !held.includes(id));
      if (!free.length) return;
      this.#drop(free.reduce((least, id) => (worth(id) < worth(least) ? id : least)));
    }
  }

  #drop(id) {
    this.#buffers.delete(id);
    this.dropped(id);
  }
}
