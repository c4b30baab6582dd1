import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Dashboard, Panel } from '@/api/client';
import { useValues } from '@/charts';
import { useWords } from '@/i18n/words';
import { sourceOf } from '@/query/config';
import { schemaOf } from '@/query/queries';
import css from '../dashboards.module.css';
import { scopeOf, searchOf } from '../scope';
import { words } from '../words';
import { type Step, searchOfWay, TOP, type Way, waysUp } from './path';

export function Breadcrumbs({
  dashboard,
  panel,
  way,
  search,
}: {
  dashboard: Dashboard;
  panel: Panel;
  way: Way;
  search: string;
}) {
  const t = useWords(words);
  const sayStep = useSayStep(sourceOf(panel.queryConfig));
  const base = `/dashboards/${dashboard.id}`;
  const ups = waysUp(way);
  const scope = searchOf(scopeOf(search));
  const link = (to: Way) => `${base}/panels/${panel.id}?${searchOfWay(to, search)}`;
  const crumbs = [
    { href: scope ? `${base}?${scope}` : base, text: dashboard.name },
    { href: link(TOP), text: panel.title },
    // Each leads to the level that its value was pressed in; the last one is where we are.
    ...way.path.map((step, depth) => ({
      href: link(ups[depth + 1] ?? way),
      text: sayStep(step),
    })),
  ];
  if (way.isRows) crumbs.push({ href: link(way), text: t.allRows });
  return (
    <nav aria-label={t.way}>
      <ol className={css.crumbs}>
        {crumbs.map(({ href, text }, index) => (
          <li key={href}>
            {index === crumbs.length - 1 ? (
              <span aria-current="page">{text}</span>
            ) : (
              <Link href={href}>{text}</Link>
            )}
          </li>
        ))}
      </ol>
    </nav>
  );
}

/** A step in words: the labels of its fields and its values. */
function useSayStep(source: string): (step: Step) => string {
  const t = useWords(words);
  const say = useValues();
  const { data: schema } = useQuery(schemaOf(source));
  return (step) =>
    Object.entries(step)
      .map(([name, value]) => {
        const field = schema?.fields.find(
          (each) => each.name === name || name.startsWith(`${each.name}_`),
        );
        const column = { name, label: '', unit: null, decimals: null };
        const text = say(value, {
          ...column,
          type: field?.type ?? 'string',
          vocabulary: field?.vocabulary ?? null,
          words: field?.words ?? null,
        });
        return `${field?.label ?? name}: ${value === null ? t.unknown : text}`;
      })
      .join(', ');
}
