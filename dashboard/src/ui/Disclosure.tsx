/** What is rarely wanted, behind a line that opens it; and JSON as it stands. */
import type { ReactNode } from 'react';
import css from './disclosure.module.css';

export const Disclosure = ({ label, children }: { label: string; children: ReactNode }) => (
  <details className={css.more}>
    <summary>{label}</summary>
    <div className={css.body}>{children}</div>
  </details>
);

export const Json = ({ label, value }: { label: string; value: unknown }) => (
  <Disclosure label={label}>
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: long lines are scrolled by keyboard too */}
    <pre className={css.json} tabIndex={0}>
      {JSON.stringify(value, null, 2)}
    </pre>
  </Disclosure>
);
