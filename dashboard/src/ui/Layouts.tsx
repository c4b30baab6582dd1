/** The frames that pages are made of. */
import { type ReactNode, useEffect } from 'react';
import css from './ui.module.css';

/** title: of the page, its tab and its history entry. */
export function Page({
  title,
  lead,
  actions,
  children,
}: {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}) {
  useEffect(() => {
    document.title = `${title} · IOP`;
  }, [title]);
  return (
    <div className={css.page}>
      <div className={css.pageHead}>
        <h1 tabIndex={-1}>{title}</h1>
        {actions}
        {lead && <p className={css.pageLead}>{lead}</p>}
      </div>
      {children}
    </div>
  );
}

export function Card({
  title,
  aside,
  children,
}: {
  title?: ReactNode;
  aside?: ReactNode;
  children: ReactNode;
}) {
  return (
    <section className={css.card}>
      {(title || aside) && (
        <div className={css.cardHead}>
          {title && <h2>{title}</h2>}
          {aside}
        </div>
      )}
      {children}
    </section>
  );
}

export type Tone = 'plain' | 'ok' | 'warn' | 'bad' | 'info';

export function Badge({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className={css.badge} data-tone={tone}>
      {children}
    </span>
  );
}

export const Stack = ({ children }: { children: ReactNode }) => (
  <div className={css.stack}>{children}</div>
);

export const Row = ({ children }: { children: ReactNode }) => (
  <div className={css.row}>{children}</div>
);

export const Muted = ({ children }: { children: ReactNode }) => (
  <p className={css.muted}>{children}</p>
);
