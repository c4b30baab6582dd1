import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { useUser } from '@/session/session';
import { ButtonLink } from '@/ui/Button';
import { Actions } from '@/ui/Dialog';
import { Endless } from '@/ui/Endless';
import { Filters, useAddress } from '@/ui/Filters';
import { Page } from '@/ui/Layouts';
import { Empty } from '@/ui/States';
import { useNow } from '@/ui/useNow';
import { useSettled } from '@/ui/useSettled';
import { ExampleButton } from './compose/ExampleButton';
import css from './dashboards.module.css';
import { dashboardList, foundDashboards } from './queries';
import { words } from './words';

export function List() {
  const t = useWords(words);
  const { isAdmin } = useUser();
  const [read] = useAddress();
  const q = useSettled(read('q').trim());
  const all = useInfiniteQuery({ ...dashboardList, enabled: q === '' });
  const found = useInfiniteQuery({ ...foundDashboards(q), enabled: q !== '' });
  const query = q === '' ? all : found;
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={
        isAdmin && (
          <ButtonLink href="/dashboards/new" look="primary">
            {t.create}
          </ButtonLink>
        )
      }
    >
      <Filters search={t.search} choices={[]} />
      <Endless
        query={query}
        height={16}
        rowsOf={(page) => page}
        empty={q ? <Empty title={t.noMatch} /> : <NoneYet isAdmin={isAdmin} />}
      >
        {(dashboards) => (
          <ul className={css.list}>
            {dashboards.map((dashboard) => (
              <Item key={dashboard.id} dashboard={dashboard} />
            ))}
          </ul>
        )}
      </Endless>
    </Page>
  );
}

function Item({
  dashboard: { id, name, description, panels, updatedAt },
}: {
  dashboard: {
    id: number;
    name: string;
    description: string | null;
    panels: { type: string }[];
    updatedAt: string;
  };
}) {
  const t = useWords(words);
  const format = useFormat();
  const now = useNow();
  return (
    <li className={css.item}>
      <h2>
        <Link href={`/dashboards/${id}`} className={css.itemLink ?? ''}>
          {name}
        </Link>
      </h2>
      {description && <p>{description}</p>}
      <p className={css.small}>
        {t.panels(panels.length)} · {t.changed(format.ago(updatedAt, now))}
      </p>
    </li>
  );
}

function NoneYet({ isAdmin }: { isAdmin: boolean }) {
  const t = useWords(words);
  return (
    <Empty title={t.noneYet}>
      <p>{isAdmin ? t.noneYetAdmin : t.noneYetViewer}</p>
      {isAdmin && (
        <Actions>
          <ExampleButton />
          <ButtonLink href="/dashboards/new">{t.create}</ButtonLink>
        </Actions>
      )}
    </Empty>
  );
}
