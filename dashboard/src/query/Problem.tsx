import type { ReactNode } from 'react';
import css from './query.module.css';

/** isQuiet: what is told where it stands, such as in a preview, and needs no interrupting. */
export const Problem = ({
  isQuiet = false,
  children,
}: {
  isQuiet?: boolean;
  children: ReactNode;
}) => (
  <p className={css.problem} role={isQuiet ? undefined : 'alert'}>
    {children}
  </p>
);
