/** Runs at once, and again no sooner than a pause after it was done: calls meanwhile are one more run. */
export function paced(run: () => Promise<unknown>, pauseMs: number) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isBusy = false;
  let isWanted = false;
  let isStopped = false;

  async function start() {
    isBusy = true;
    isWanted = false;
    try {
      await run();
    } catch {
      // What failed is asked for again when the next change is told.
    }
    timer = setTimeout(() => {
      isBusy = false;
      if (isWanted && !isStopped) void start();
    }, pauseMs);
  }

  return {
    run: () => {
      isWanted = true;
      if (!isBusy && !isStopped) void start();
    },
    /** What is on its way comes to its end, and nothing after it begins. */
    stop: () => {
      clearTimeout(timer);
      isStopped = true;
    },
  };
}
