// Moving a card by its handle, with a mouse, a pen or a finger.

const EDGE = 56; // px from the window's edge, where the page scrolls along
const SPEED = 10;

// cards(): the cards in their order; drop(card, place): place counted among the others.
export function reorder(handle, card, cards, { drop, hold, letGo }) {
  handle.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || handle.getAttribute("aria-disabled") === "true") return;
    event.preventDefault();
    handle.focus({ preventScroll: true });
    const pointer = event.pointerId;
    const others = cards().filter((each) => each !== card);
    const startY = event.clientY + scrollY;
    let y = event.clientY;
    let place = null;
    let scrolling = 0;
    handle.setPointerCapture(pointer);
    card.classList.add("chain-dragged");
    hold();

    const follow = () => {
      card.style.translate = `0 ${y + scrollY - startY}px`;
      place = others.filter((each) => middle(each) < y).length;
      others.forEach((each, at) => {
        each.classList.toggle("chain-drop-before", at === place);
        each.classList.toggle("chain-drop-after", at === others.length - 1 && place === others.length);
      });
    };
    const scroll = () => {
      const by = y < EDGE ? -SPEED : y > innerHeight - EDGE ? SPEED : 0;
      if (by) {
        scrollBy(0, by);
        follow();
      }
      scrolling = requestAnimationFrame(scroll);
    };
    const move = (now) => {
      if (now.pointerId !== pointer) return;
      y = now.clientY;
      follow();
    };
    const end = (dropped) => {
      cancelAnimationFrame(scrolling);
      for (const [name, listener] of listeners) handle.removeEventListener(name, listener);
      card.classList.remove("chain-dragged");
      card.style.translate = "";
      for (const each of others) each.classList.remove("chain-drop-before", "chain-drop-after");
      if (dropped && place !== null) drop(place);
      letGo();
    };
    const listeners = [
      ["pointermove", move],
      ["pointerup", (now) => { if (now.pointerId === pointer) end(true); }],
      ["pointercancel", (now) => { if (now.pointerId === pointer) end(false); }],
      ["keydown", (now) => {
        if (now.key !== "Escape") return;
        now.stopPropagation();
        end(false);
      }],
    ];
    for (const [name, listener] of listeners) handle.addEventListener(name, listener);
    scrolling = requestAnimationFrame(scroll);
  });
}

function middle(card) {
  const box = card.getBoundingClientRect();
  return box.top + box.height / 2;
}
