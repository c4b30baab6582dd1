/** The parts of `later.tsx`: they show nothing, or what keeps their room, until they are there. */
import { type ComponentProps, type ComponentType, lazy, type ReactNode, Suspense } from 'react';
import { ErrorBoundary } from './ErrorBoundary';

type Later = typeof import('./later');

/** Nothing of it is to hold up what the page needs first. */
const pageStands = new Promise<void>((resolve) => {
  const go = () => setTimeout(resolve, 0);
  if (document.readyState === 'complete') go();
  else window.addEventListener('load', go, { once: true });
});

function later<K extends keyof Later>(name: K) {
  const Part = lazy(async () => {
    await pageStands;
    const parts = await import('./later');
    return { default: parts[name] as ComponentType<object> };
  });
  // Without a part that could not be fetched the page is a page still.
  return (props: ComponentProps<Later[K]> & { room?: ReactNode }) => (
    <ErrorBoundary instead={null}>
      <Suspense fallback={props.room}>
        <Part {...props} />
      </Suspense>
    </ErrorBoundary>
  );
}

export const Notes = later('Notes');
export const Background = later('Background');
export const UnsentBar = later('UnsentBar');
export const Leaving = later('Leaving');
