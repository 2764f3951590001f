/** @typedef {{share: number, before: number}} SavingData */
/** @typedef {{url: string, name: string, notes: string[]}} SavedData */
/** @typedef {{trouble: string}} NotSavedData */

const UNREACHABLE = "The server cannot be reached. Try again.";

/**
 * Have a file made, tell each SavingData of it, and hand it to the browser to keep. What people should be told then; aborted by
 * the signal, that it was stopped.
 */
export async function saved(address, signal, progress) {
  try {
    const response = await fetch(address, { method: "POST", signal });
    if (!response.ok) return (await response.json().catch(() => ({}))).detail ?? UNREACHABLE;
    let last = null;
    for await (const line of lines(response.body)) {
      last = JSON.parse(line);
      if ("share" in last) progress(last);
    }
    if (last?.trouble) return last.trouble;
    if (!last?.url) return UNREACHABLE;
    keep(last);
    return [`Saved ${last.name}.`, ...last.notes.map(sentence)].join(" ");
  } catch (error) {
    return error.name === "AbortError" ? "Stopped; nothing was saved." : UNREACHABLE;
  }
}

async function* lines(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const whole = (rest + value).split("\n");
    rest = whole.pop();
    yield* whole;
  }
}

function keep({ url, name }) {
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
}

function sentence(note) {
  return `${note[0].toUpperCase()}${note.slice(1)}.`;
}
