/** What is fetched for later waits until nothing else is to be done, and is left where data is dear. */

const LATEST_MS = 5000;

/** Whether the reader has told the browser that data is dear; Safari and Firefox do not say. */
export const isSaving = () =>
  (navigator as { connection?: { saveData?: boolean } }).connection?.saveData === true;

/** after: not before so many ms. Gives what takes it back. */
export function whenIdle(run: () => void, after = 0): () => void {
  let idle: number | undefined;
  const timer = setTimeout(
    () => {
      // Safari has no such thing.
      if ('requestIdleCallback' in window) idle = requestIdleCallback(run, { timeout: LATEST_MS });
      else run();
    },
    after || ('requestIdleCallback' in window ? 0 : LATEST_MS / 5),
  );
  return () => {
    clearTimeout(timer);
    if (idle !== undefined) cancelIdleCallback(idle);
  };
}
