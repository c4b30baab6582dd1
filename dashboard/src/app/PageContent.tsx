import { useState } from 'react';
import type { PageModule } from './routes';

/** A page that is loaded already stands at once; another takes its place when it is there. */
export function PageContent({ of }: { of: PageModule }) {
  // Decided once, so that a page which is shown never begins anew.
  const [Content] = useState(() => of.content());
  return <Content />;
}
