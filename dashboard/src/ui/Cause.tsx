import type { ReactNode } from 'react';
import css from './cause.module.css';

/** Why something failed, as it was told: lines and all. */
export const Cause = ({ children }: { children: ReactNode }) => (
  <p className={css.cause}>{children}</p>
);
