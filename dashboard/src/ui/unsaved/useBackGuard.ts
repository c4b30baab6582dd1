/**
 * Holds the browser's Back and Forward while there is something to lose. They cannot be forbidden, only taken
 * back: the page stays as it is, since nobody else hears of the step, and its reader is asked.
 */
import { useEffect, useRef } from 'react';
import { holdBack } from '../back';

interface Entries {
  navigation?: { currentEntry: { index: number } | null };
}

/** Null where the browser does not tell. */
const place = () => (window as unknown as Entries).navigation?.currentEntry?.index ?? null;

/** onHeld: gets what takes the step after all. */
export function useBackGuard(isOn: boolean, onHeld: (go: () => void) => void) {
  const held = useRef(onHeld);
  held.current = onHeld;
  useEffect(() => {
    if (!isOn) return;
    let here = place();
    const { pathname } = window.location;
    let step = 0;
    let isLetGo = false;
    const onPop = (event: PopStateEvent) => {
      if (isLetGo) return;
      const now = place();
      if (step === 0) {
        // Another part of the same page: nothing of it is lost.
        if (window.location.pathname === pathname) {
          here = now;
          return;
        }
        event.stopImmediatePropagation();
        // Back is what people press; forward exists only after it.
        step = here !== null && now !== null && now !== here ? now - here : -1;
        window.history.go(-step);
        return;
      }
      event.stopImmediatePropagation();
      const wanted = step;
      step = 0;
      // Asked only now: until the step was taken back the address was another page's.
      held.current(() => {
        isLetGo = true;
        window.history.go(wanted);
      });
    };
    return holdBack(onPop);
  }, [isOn]);
}
