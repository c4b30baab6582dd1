/** A look into a report: a PDF's pages as pictures, the first rows of the others (`?preview=&page=`). */
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ReportPreview } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { useAddress } from '@/ui/Filters';
import { Card, Muted, Stack } from '@/ui/Layouts';
import { Empty, Loaded, Skeleton } from '@/ui/States';
import { Table } from '@/ui/Table';
import { previewQuery } from './queries';
import css from './reports.module.css';
import { words } from './words';

/** Of the picture, in px: sharp on a phone's screen and on a desktop. */
const WIDTHS = [800, 1600] as const;
/** Of an A4 page that is not there yet, in rem. */
const PAGE_REM = 28;

export function Preview({ reportId, name }: { reportId: number; name: string }) {
  const t = useWords(words);
  const [, change] = useAddress();
  const query = useQuery(previewQuery(reportId));
  return (
    <Card
      title={t.previewOf(String(reportId))}
      aside={
        <Button look="quiet" onClick={() => change('preview', '')}>
          {t.closePreview}
        </Button>
      }
    >
      <Loaded query={query} height={PAGE_REM}>
        {(preview) =>
          preview.pages === null ? (
            <Rows preview={preview} />
          ) : (
            <Pages preview={preview} name={name} />
          )
        }
      </Loaded>
    </Card>
  );
}

function Pages({ preview: { paths }, name }: { preview: ReportPreview; name: string }) {
  const t = useWords(words);
  const format = useFormat();
  const [place, setPlace] = useState(0);
  const [isThere, setIsThere] = useState(false);
  const path = paths[place];
  const turn = (by: number) => {
    setIsThere(false);
    setPlace(place + by);
  };
  // The page after is fetched while this one is read.
  useEffect(() => {
    const next = paths[place + 1];
    if (isThere && next) new Image().src = `${next}?width=${WIDTHS[0]}`;
  }, [isThere, paths, place]);
  return (
    <div className={css.preview}>
      <div className={css.turn}>
        <Button disabled={place === 0} aria-label={t.previous} onClick={() => turn(-1)}>
          ‹
        </Button>
        <span role="status">{t.page(format.number(place + 1), format.number(paths.length))}</span>
        <Button
          disabled={place >= paths.length - 1}
          aria-label={t.nextPage}
          onClick={() => turn(1)}
        >
          ›
        </Button>
      </div>
      <div className={css.paper}>
        {!isThere && <Skeleton height={PAGE_REM} />}
        <img
          key={path}
          hidden={!isThere}
          src={`${path}?width=${WIDTHS[0]}`}
          srcSet={WIDTHS.map((width) => `${path}?width=${width} ${width}w`).join(', ')}
          sizes="(min-width: 60rem) 52rem, 92vw"
          alt={t.pageAlt(format.number(place + 1), name)}
          onLoad={() => setIsThere(true)}
        />
      </div>
    </div>
  );
}

function Rows({ preview }: { preview: ReportPreview }) {
  const t = useWords(words);
  const format = useFormat();
  const { columns, rows, rowCount, rowTotal } = preview;
  if (rows.length === 0) return <Empty title={t.noRows} />;
  const total = rowCount ?? rows.length;
  return (
    <Stack>
      <Muted>
        {rows.length < total
          ? t.firstRows(format.number(rows.length), format.number(total))
          : t.allRows(format.number(total))}
        {rowTotal !== null &&
          rowTotal > total &&
          ` ${t.fileHolds(format.number(total), format.number(rowTotal))}`}
      </Muted>
      <Table<{ values: readonly unknown[]; place: number }>
        caption={t.previewOf(String(preview.reportId))}
        rows={rows.map((values, place) => ({ values, place }))}
        keyOf={({ place }) => place}
        columns={columns.map((label, at) => ({
          key: `${at} ${label}`,
          label,
          isNumeric: rows.every(({ [at]: value }) => value === null || typeof value === 'number'),
          cell: ({ values }) => sayValue(values[at], format.number),
        }))}
      />
    </Stack>
  );
}

function sayValue(value: unknown, sayNumber: (n: number) => string): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'number') return sayNumber(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
