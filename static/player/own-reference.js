import { REFERENCE, versionOf } from "./offers.js";
import { say } from "./view.js";

const UPLOAD = "/gradio_api/upload";
const UNREACHABLE = "The server cannot be reached. Try again.";
const LONGEST = 40; // characters of a name that are shown

/** A track of one's own that versions are held against: its file is chosen or dropped, sent, and from then on it is the server's. */
export class OwnReference {
  #view;
  #host;
  #sending = null; // {name, share, stop()}
  #shown = { data: null, words: "" }; // as it was last

  /** view: {button, field, told}; host: {sent(path), failed(words), changed()}. */
  constructor(view, host) {
    [this.#view, this.#host] = [view, host];
    view.button.addEventListener("click", () => (this.#sending ? this.#sending.stop() : view.field.click()));
    view.field.addEventListener("change", () => {
      const [file] = view.field.files;
      view.field.value = ""; // so that the same one may be chosen again
      if (file) this.send(file);
    });
  }

  /** Send a file; one that is on its way is given up for it. */
  async send(file) {
    this.forget();
    const { name } = file;
    const sending = (this.#sending = { name, share: 0, stop: () => this.forget() });
    this.#tell(`Sending ${short(name)}.`);
    const progress = (share) => ((sending.share = share), this.#host.changed());
    try {
      const path = await uploaded(file, progress, (stop) => (sending.abort = stop));
      if (this.#sending === sending) this.#host.sent(path);
    } catch (error) {
      if (this.#sending === sending) this.#host.failed(error.message);
    }
    if (this.#sending !== sending) return;
    this.#sending = null;
    this.#tell("");
  }

  /** Give up what is on its way. */
  forget() {
    this.#sending?.abort?.();
    this.#sending = null;
    this.#tell("");
  }

  show({ data, test, offered }) {
    const { button } = this.#view;
    const found = versionOf(data, REFERENCE);
    button.hidden = !data || Boolean(test);
    button.setAttribute("aria-busy", String(Boolean(this.#sending)));
    const again = found ? "Compare with another track…" : "Compare with a track of your own…";
    const { name = "", share = 0 } = this.#sending ?? {};
    say(button, this.#sending ? `Stop sending ${short(name)}, ${Math.round(100 * share)} %` : again);
    this.#note(data, found, offered.findIndex(({ id }) => id === REFERENCE) + 1);
  }

  /** Say what has come, or has gone, since the last time. */
  #note(data, found, key) {
    const [before, words] = [this.#shown, found?.words ?? ""];
    if (before.data === data) return;
    this.#shown = { data, words };
    if (this.#sending) return;
    const same = before.data?.session !== data?.session || before.words === words;
    const now = words ? `${words} is the reference now; key ${key} plays it.` : `${before.words} is no longer the reference.`;
    say(this.#view.told, same ? "" : now);
  }

  #tell(words) {
    say(this.#view.told, words);
    this.#host.changed();
  }
}

function short(name) {
  return name.length > LONGEST ? `${name.slice(0, LONGEST - 12)}…${name.slice(-11)}` : name;
}

/** Where a file lies once the server has it. Raises an error with its words where it refuses. */
function uploaded(file, progress, stoppable) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest(); // fetch does not tell how much was sent
    const form = new FormData();
    form.append("files", file);
    stoppable(() => request.abort());
    request.upload.addEventListener("progress", ({ loaded, total }) => progress(total ? loaded / total : 0));
    request.addEventListener("error", () => failed(new Error(UNREACHABLE)));
    request.addEventListener("abort", () => failed(new Error("Stopped.")));
    request.addEventListener("load", () => {
      const { status, responseText: text } = request;
      if (status === 200) return done(JSON.parse(text)[0]);
      const plain = request.getResponseHeader("Content-Type")?.startsWith("text/plain");
      failed(new Error(plain ? text : UNREACHABLE));
    });
    request.open("POST", UPLOAD);
    request.send(form);
  });
}
