// One preview on its way at a time, and the newest of those that wait; older ones nobody wants to hear any more.

/** @typedef {{chain?: SlotJson[], share?: number}} PreviewAsk */

export class PreviewQueue {
  constructor(ask, play) {
    this.send = ask;
    this.play = play;
    this.waiting = null;
    this.busy = false;
  }

  ask(token, asked, start) {
    this.waiting = { token, asked, start };
    if (!this.busy) this.work();
  }

  async work() {
    this.busy = true;
    while (this.waiting) {
      const { token, asked, start } = this.waiting;
      this.waiting = null;
      try {
        const answer = await this.send(token, asked);
        if (answer.ok && !this.waiting) {
          await this.play({ buffer: await answer.arrayBuffer(), start, label: "Edit" });
        }
      } catch {
        // The next one may come through; the edit itself is told by the server.
      }
    }
    this.busy = false;
  }
}
