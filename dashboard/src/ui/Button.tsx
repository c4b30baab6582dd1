import type { ButtonHTMLAttributes, ReactNode } from 'react';
import { Link } from 'wouter';
import css from './ui.module.css';

type Look = 'plain' | 'primary' | 'danger' | 'quiet';

const classOf = (look: Look) => (look === 'plain' ? css.button : `${css.button} ${css[look]}`);

export function Button({
  look = 'plain',
  isBusy = false,
  children,
  ...rest
}: ButtonHTMLAttributes<HTMLButtonElement> & { look?: Look; isBusy?: boolean }) {
  return (
    <button
      type="button"
      {...rest}
      className={classOf(look)}
      aria-busy={isBusy}
      disabled={rest.disabled || isBusy}
    >
      {children}
    </button>
  );
}

/** Looks like a button, leads to a page of this app. */
export function ButtonLink({
  href,
  look = 'plain',
  children,
}: {
  href: string;
  look?: Look;
  children: ReactNode;
}) {
  return (
    <Link href={href} className={classOf(look) ?? ''}>
      {children}
    </Link>
  );
}
