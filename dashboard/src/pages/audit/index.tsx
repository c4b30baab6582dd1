/** The trail of what was done, for administrators. */
import { infiniteQueryOptions, useInfiniteQuery } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import { api } from '@/api/client';
import { useWords } from '@/i18n/words';
import { Button, ButtonLink } from '@/ui/Button';
import { Endless } from '@/ui/Endless';
import { Page } from '@/ui/Layouts';
import { OnlyPage } from '@/ui/OnlyPage';
import { Empty } from '@/ui/States';
import css from './audit.module.css';
import { type Change, csvLine } from './difference';
import { Entry } from './Entry';
import { inputIn, Narrow } from './Narrow';
import { words } from './words';

const PAGE_SIZE = 50;

const trailQuery = (input: ReturnType<typeof inputIn>) =>
  infiniteQueryOptions({
    queryKey: ['audit.list', 'pages', input] as const,
    queryFn: ({ pageParam, signal }) =>
      api.audit.list.query({ ...input, cursor: pageParam, limit: PAGE_SIZE }, { signal }),
    initialPageParam: null as number | null,
    getNextPageParam: (page) => (page.length < PAGE_SIZE ? null : page.at(-1)?.id),
  });

export default function Index() {
  const t = useWords(words);
  return (
    <OnlyPage path="/audit" title={t.title}>
      <Trail />
    </OnlyPage>
  );
}

function Trail() {
  const t = useWords(words);
  const [params] = useSearchParams();
  const input = inputIn(params);
  const query = useInfiniteQuery(trailQuery(input));
  const events = query.data?.pages.flat() ?? [];
  const isNarrowed = Object.keys(input).length > 0;
  return (
    <Page
      title={t.title}
      lead={t.lead}
      actions={events.length > 0 && <Button onClick={() => download(events, t)}>{t.csv}</Button>}
    >
      <Narrow key={params.toString()} />
      <Endless
        query={query}
        height={30}
        rowsOf={(page) => page}
        empty={
          <Empty title={isNarrowed ? t.noMatch : t.none}>
            {isNarrowed && <ButtonLink href="/audit">{t.clear}</ButtonLink>}
          </Empty>
        }
      >
        {() => (
          <>
            <p className={css.count} role="status">
              {t.shown(events.length, query.hasNextPage)}
            </p>
            <ol className={css.list} aria-label={t.list}>
              {events.map((event) => (
                <Entry key={event.id} event={event} />
              ))}
            </ol>
          </>
        )}
      </Endless>
    </Page>
  );
}

function download(events: readonly Change[], t: (typeof words)['en']) {
  const head = ['id', t.at, t.who, t.what, t.before, t.after, t.requestIs, t.address];
  const lines = events.map((event) =>
    csvLine([
      event.id,
      event.occurredAt,
      event.userName,
      event.procedure,
      JSON.stringify(event.before ?? null),
      JSON.stringify(event.after ?? null),
      event.requestId,
      event.address,
    ]),
  );
  // Spreadsheets read UTF-8 by this mark only.
  const text = `\uFEFF${[csvLine(head), ...lines].join('\r\n')}\r\n`;
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
  const link = Object.assign(document.createElement('a'), { href: url, download: t.csvName });
  link.click();
  URL.revokeObjectURL(url);
}
