/** What is rarely wanted, behind a line that opens it; and JSON as it stands. */
import type { ReactNode } from 'react';
import css from './disclosure.module.css';

export const Disclosure = ({
  label,
  isOpen,
  children,
}: {
  label: string;
  /** Opens it once it is true; whoever reads closes it again. */
  isOpen?: boolean;
  children: ReactNode;
}) => (
  <details className={css.more} open={isOpen}>
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
