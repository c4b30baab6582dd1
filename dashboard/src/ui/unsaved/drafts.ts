/** Whether somebody writes what was not saved yet, on any part of the page. */
// What was saved is on its way for a moment, and a form that is drawn anew lets go and takes hold again.
const GRACE_MS = 2000;

let held = 0;
let waiting: (() => void) | null = null;

/** Gives what ends it. */
export function holdDraft(): () => void {
  held += 1;
  return () => {
    held -= 1;
    setTimeout(proceed, GRACE_MS);
  };
}

function proceed() {
  if (held > 0 || !waiting) return;
  const act = waiting;
  waiting = null;
  act();
}

/** At once, or as soon as nobody writes; of several the last. */
export function onceNoDrafts(act: () => void) {
  waiting = act;
  proceed();
}
