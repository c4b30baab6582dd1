/** Whether there is room for a list and one of its items side by side; see also the style sheets. */
import { useSyncExternalStore } from 'react';

const wide = window.matchMedia('(min-width: 72rem)');

const subscribe = (listener: () => void) => {
  wide.addEventListener('change', listener);
  return () => wide.removeEventListener('change', listener);
};

export const useIsWide = () => useSyncExternalStore(subscribe, () => wide.matches);
