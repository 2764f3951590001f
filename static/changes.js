// What others do to the session that the page shows: another tab, a program, another process.
//
// The server tells a number, the revision of the visit. Where the page shows another one, it asks for what is there.
// Browsers open six connections to one server, for all their tabs together: so a tab that is hidden does not listen, and
// neither does one whose own event is under way, which brings it up to date.

const AGAIN_MS = 1000; // until a stream that broke is asked for again
const UNKNOWN_MS = 5000; // until a server that did not know the visit is asked again

export class Changes {
  #ask;
  #shown = { session: "", visit: "", revision: 0 };
  #asked = null; // the revision for which the page asked last
  #underWay = 0;
  #listening = null;
  #notBefore = 0;
  #later = 0;

  // ask: called with the session when the page shows something old.
  constructor(ask) {
    this.#ask = ask;
    document.addEventListener("visibilitychange", () => {
      this.#notBefore = 0;
      this.#look();
    });
    document.addEventListener("events-under-way", ({ detail }) => {
      this.#underWay = detail;
      this.#look();
    });
  }

  // What the page shows from now on: AddressData.
  show(shown) {
    if (shown.visit !== this.#shown.visit) this.#stop();
    this.#shown = shown;
    this.#asked = null;
    this.#notBefore = 0;
    this.#look();
  }

  #stop() {
    this.#listening?.abort();
    this.#listening = null;
  }

  #look() {
    clearTimeout(this.#later);
    const wait = this.#notBefore - performance.now();
    if (!this.#shown.visit || document.hidden || this.#underWay) this.#stop();
    else if (this.#listening || wait === Infinity) return;
    else if (wait > 0) this.#later = setTimeout(() => this.#look(), wait);
    else this.#listen();
  }

  async #listen() {
    const stop = new AbortController();
    this.#listening = stop;
    try {
      const answer = await fetch(`/changes/${this.#shown.visit}`, { signal: stop.signal });
      if (answer.status === 200) {
        await this.#hear(answer.body);
        this.#wait(AGAIN_MS);
      } else if (answer.status === 404) { // of a server that was started anew
        this.#wait(UNKNOWN_MS);
        this.#ask(this.#shown.session);
      } else this.#wait(Infinity); // the visit was closed, or too many listen: until somebody comes back to this tab
    } catch {
      if (stop.signal.aborted) return;
      this.#wait(AGAIN_MS);
    }
    if (this.#listening !== stop) return;
    this.#listening = null;
    this.#look();
  }

  #wait(milliseconds) {
    this.#notBefore = performance.now() + milliseconds;
  }

  async #hear(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      for (const line of lines) if (line.startsWith("data:")) this.#compare(Number(line.slice("data:".length)));
    }
  }

  #compare(revision) {
    if (revision === this.#shown.revision || revision === this.#asked) return;
    this.#asked = revision;
    this.#ask(this.#shown.session);
  }
}
