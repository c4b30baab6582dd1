/**
 * Who may hold the browser's Back and Forward. It listens before the router does: a window calls its
 * listeners in the order in which they came, whatever `capture` says, and nobody else is to hear of a held step.
 */
type Holder = (event: PopStateEvent) => void;

let holder: Holder | null = null;

/** To be called once, before the app is shown. */
export function watchBack() {
  window.addEventListener('popstate', (event) => holder?.(event));
}

/** Gives what lets go again. */
export function holdBack(by: Holder): () => void {
  holder = by;
  return () => {
    if (holder === by) holder = null;
  };
}
