// The server tells what comes of events in streams, each of which it ends as soon as no event is under way. Gradio's page
// opens the next one with the next event that it sends; but of an event that is sent in the very moment of the end it hears
// nothing. So it is given one stream that never ends, and the server's streams are asked for and put into that one here:
// one after another, as long as an event is under way.

// A script of the page itself, no module: it has run before Gradio asks for anything.

{
  const ask = window.fetch;
  const underWay = new Set(); // events that were sent and have not ended
  const ended = new Set(); // those whose end was told before the answer to their sending was read
  let begun = () => {};

  // Whoever listens to the server beside it learns how many events are under way.
  const tell = () => document.dispatchEvent(new CustomEvent("events-under-way", { detail: underWay.size }));
  const sent = async (answer) => {
    const { event_id: id } = await answer.json();
    if (ended.delete(id)) return;
    underWay.add(id);
    tell();
    begun();
  };
  const someEvent = () => new Promise((go) => (underWay.size ? go() : (begun = go)));

  async function* told(asked) {
    try {
      yield* toldWhole(asked);
    } catch (error) { // of these events nothing more will be told
      underWay.clear();
      tell();
      throw error;
    }
  }

  async function* toldWhole(asked) {
    for (;;) {
      await someEvent();
      const answer = await ask(asked.clone());
      if (!answer.ok) throw answer;
      for await (const text of messages(answer.body)) {
        const { msg: kind, event_id: id } = JSON.parse(text.slice("data:".length));
        if (kind === "process_completed") {
          if (!underWay.delete(id)) ended.add(id);
          tell();
        }
        if (kind !== "close_stream") yield text;
      }
    }
  }

  /** The messages of an event stream, each without the empty line behind it. */
  async function* messages(body) {
    const reader = body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const whole = (rest + value).split("\n\n");
      rest = whole.pop();
      yield* whole;
    }
  }

  /** Gradio's answer. Where it gives up itself, as it does when the page is left, that is an end and no error. */
  function endless(asked) {
    const texts = told(asked);
    const encoder = new TextEncoder();
    const body = new ReadableStream({
      async pull(stream) {
        try {
          const { value } = await texts.next();
          stream.enqueue(encoder.encode(`${value}\n\n`));
        } catch (error) {
          if (!asked.signal.aborted) throw error;
          stream.close();
        }
      },
    });
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  }

  window.fetch = async (asked, options) => {
    const { pathname } = new URL(asked.url ?? asked, location.href);
    if (pathname.endsWith("/queue/data")) return endless(asked);
    const answer = await ask(asked, options);
    if (pathname.endsWith("/queue/join") && answer.ok) sent(answer.clone()).catch(() => {});
    return answer;
  };
}
