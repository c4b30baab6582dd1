import { type RefObject, useEffect, useState } from 'react';

const NEAR = '300px';

/** Whether an element is on the screen, or nearly. */
export function useShown(ref: RefObject<Element | null>): boolean {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const observer = new IntersectionObserver(
      (entries) => setShown(entries.at(-1)?.isIntersecting ?? false),
      { rootMargin: NEAR },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [ref]);
  return isShown;
}
