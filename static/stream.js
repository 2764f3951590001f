// What the server tells of events comes in one stream, which Gradio closes when no event is under way. An event that is
// sent in that very moment finds it open, and then waits for ever. Here that is noticed; the next event opens the stream
// again, and with it comes what has waited.

const PATIENCE_MS = 300;
const MOST_NUDGES = 3;

/** Call nudge, which is to send an event, where an event is under way and no stream is open. */
export function watchStreams(nudge) {
  const ask = window.fetch;
  const waiting = new Set(), ended = new Set();
  let open = 0, nudges = 0;

  const look = () => {
    if (open || !waiting.size) return;
    setTimeout(() => {
      if (open || !waiting.size) return;
      nudges += 1;
      if (nudges <= MOST_NUDGES) nudge();
      else waiting.clear();
    }, PATIENCE_MS);
  };

  const sent = async (answer) => {
    const { event_id: id } = await answer.json();
    if (!ended.delete(id)) waiting.add(id);
    look();
  };

  const told = (line) => {
    if (!line.includes("process_completed")) return;
    const message = JSON.parse(line.replace(/^data: ?/, ""));
    if (message.msg !== "process_completed") return;
    nudges = 0;
    if (!waiting.delete(message.event_id)) ended.add(message.event_id);
  };

  const listen = async (answer) => {
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const lines = (rest + value).split("\n");
      rest = lines.pop();
      lines.forEach(told);
    }
  };

  window.fetch = async (asked, options) => {
    const { pathname } = new URL(asked.url ?? asked, location.href);
    const streams = pathname.endsWith("/queue/data");
    if (streams) open += 1;
    const closed = () => { open -= 1; look(); };
    try {
      const answer = await ask(asked, options);
      if (pathname.endsWith("/queue/join") && answer.ok) sent(answer.clone()).catch(() => {});
      if (streams) listen(answer.clone()).catch(() => {}).finally(closed); // which an abort ends too
      return answer;
    } catch (error) {
      if (streams) closed();
      throw error;
    }
  };
}
