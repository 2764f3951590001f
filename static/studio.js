// Two players that share one position: starting one pauses the other and goes on from where that was.
(() => {
  "use strict";

  const players = () => [...document.querySelectorAll(".player audio")];

  const showPlayed = (audio) => {
    const share = audio.duration ? audio.currentTime / audio.duration : 0;
    const wave = audio.closest(".player")?.querySelector(".wave");
    wave?.style.setProperty("--played", `${100 * share}%`);
  };

  // Media events do not bubble, so they are caught on their way down.
  document.addEventListener("play", (event) => {
    const started = event.target;
    for (const other of players()) {
      if (other !== started && !other.paused) {
        other.pause();
        if (Number.isFinite(started.duration)) {
          started.currentTime = Math.min(other.currentTime, started.duration);
        }
      }
    }
  }, true);
  for (const kind of ["timeupdate", "seeked", "loadedmetadata"]) {
    document.addEventListener(kind, (event) => {
      if (event.target.matches?.(".player audio")) showPlayed(event.target);
    }, true);
  }

  document.addEventListener("click", (event) => {
    const wave = event.target.closest?.(".player .wave");
    const audio = wave?.closest(".player").querySelector("audio");
    if (!audio || !Number.isFinite(audio.duration)) return;
    const box = wave.getBoundingClientRect();
    const at = Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * audio.duration;
    audio.play().then(() => { audio.currentTime = at; }, () => {});
  });

  // Gradio gives a group of choices no name that a screen reader says.
  new MutationObserver(() => {
    document.querySelector("#ear:not([aria-label])")?.setAttribute("aria-label", "Ear: who listens");
    document.querySelector("#planner:not([aria-label])")?.setAttribute("aria-label", "Planner: who chooses effects");
  }).observe(document.documentElement, { childList: true, subtree: true });

  // The newest message stays in sight.
  const follow = () => {
    const talk = document.getElementById("conversation");
    if (!talk) return false;
    new MutationObserver(() => { talk.scrollTop = talk.scrollHeight; })
      .observe(talk, { childList: true, subtree: true });
    return true;
  };
  if (!follow()) {
    const waiting = new MutationObserver(() => { if (follow()) waiting.disconnect(); });
    waiting.observe(document.documentElement, { childList: true, subtree: true });
  }
})();
