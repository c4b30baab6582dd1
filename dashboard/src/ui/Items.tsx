/** A list whose entries each lead to a page: cards on a phone, rows on a wide screen. */
import { Fragment, type ReactNode } from 'react';
import { Link } from 'wouter';
import css from './items.module.css';

export interface Fact {
  label: string;
  value: ReactNode;
}

/** What is narrow breaks a path such as a time zone behind a slash, and not within a word. */
const broken = (value: ReactNode) =>
  typeof value === 'string' && value.includes('/')
    ? value.split(/(?<=\/)/).map((part, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text have no other name
        <Fragment key={at}>
          {at > 0 && <wbr />}
          {part}
        </Fragment>
      ))
    : value;

export const Items = ({ label, children }: { label: string; children: ReactNode }) => (
  <ul className={css.items} aria-label={label}>
    {children}
  </ul>
);

/** note: a line under the title; facts: label and value, in columns where there is room. */
export function Item({
  href,
  title,
  badges,
  note,
  facts = [],
}: {
  href: string;
  title: ReactNode;
  badges?: ReactNode;
  note?: ReactNode;
  facts?: readonly Fact[];
}) {
  return (
    <li className={css.item}>
      <div className={css.head}>
        <Link href={href} className={css.title ?? ''}>
          {title}
        </Link>
        {badges && <span className={css.badges}>{badges}</span>}
        {note && <p className={css.note}>{note}</p>}
      </div>
      {facts.length > 0 && (
        <dl className={css.facts}>
          {facts.map((fact) => (
            <div key={fact.label}>
              <dt>{fact.label}</dt>
              <dd>{broken(fact.value)}</dd>
            </div>
          ))}
        </dl>
      )}
    </li>
  );
}

/** What is known of one thing, as label and value. */
export function Facts({ facts }: { facts: readonly (Fact | null)[] }) {
  return (
    <dl className={css.sheet}>
      {facts
        .filter((fact): fact is Fact => fact !== null)
        .map((fact) => (
          <div key={fact.label}>
            <dt>{fact.label}</dt>
            <dd>{broken(fact.value)}</dd>
          </div>
        ))}
    </dl>
  );
}
