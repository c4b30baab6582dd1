/** Whether somebody writes what was not saved yet, on any part of the page. */
let held = 0;

/** Gives what ends it. */
export function holdDraft(): () => void {
  held += 1;
  return () => {
    held -= 1;
  };
}

export const hasDrafts = () => held > 0;
