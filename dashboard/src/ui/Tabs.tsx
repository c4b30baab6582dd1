/** Parts of a page, each under an address of its own (`?tab=`). */
import { Link, useLocation, useSearchParams } from 'wouter';
import css from './tabs.module.css';

export interface Tab<T extends string> {
  name: T;
  label: string;
}

/** The first is the one that an address without `tab` shows. */
export function useTab<T extends string>(tabs: readonly Tab<T>[]): T {
  const [params] = useSearchParams();
  const name = params.get('tab');
  return (tabs.find((tab) => tab.name === name) ?? (tabs[0] as Tab<T>)).name;
}

export function Tabs<T extends string>({
  label,
  tabs,
  current,
}: {
  label: string;
  tabs: readonly Tab<T>[];
  current: T;
}) {
  const [path] = useLocation();
  return (
    <nav className={css.tabs} aria-label={label}>
      {tabs.map((tab, place) => (
        <Link
          key={tab.name}
          href={place === 0 ? path : `${path}?tab=${tab.name}`}
          className={css.tab ?? ''}
          aria-current={tab.name === current ? 'true' : undefined}
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}
