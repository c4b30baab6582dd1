/** One measure: its number, its course, and whether its change is good news. */
import { Link } from 'wouter';
import type { HomeFigure } from '@/api/client';
import { afterNumber, splitUnit, useValues } from '@/charts/values';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { HEIGHT, lineOf, WIDTH } from '@/ui/line';
import { type Turn, turnOf } from './change';
import css from './home.module.css';
import { words } from './words';

const SIGNS: Record<Turn['way'], string> = { up: '▲', down: '▼', same: '=' };

// A sign beside the colour.
const NEWS = { good: '✓', bad: '✗' };

export function Figure({ figure, dashboardId }: { figure: HomeFigure; dashboardId: number }) {
  const t = useWords(words);
  const say = useValues();
  const { column, value, panelId, points, before, period } = figure;
  const { bare, unit } = splitUnit(column);
  return (
    <li>
      <Link
        href={`/dashboards/${dashboardId}/panels/${panelId}`}
        className={css.figure ?? ''}
        title={period?.words}
      >
        <span className={css.figureLabel}>{column.label}</span>
        <span className={css.figureValue}>
          {value === null ? t.noValue : say(value, bare)}
          {unit && value !== null && <small>{afterNumber(unit)}</small>}
        </span>
        <Course points={points} before={before} />
        <Change figure={figure} />
      </Link>
    </li>
  );
}

function Change({ figure }: { figure: HomeFigure }) {
  const t = useWords(words);
  const format = useFormat();
  const { change, changeUnit, column, period, earlier } = figure;
  const periods = period && earlier && (
    <span className="visually-hidden"> {t.periods(period.words, earlier.words)}</span>
  );
  if (change === null) {
    return (
      <span className={css.change}>
        {period && t.noChange}
        {periods}
      </span>
    );
  }
  const { way, news } = turnOf(change, column.favourable);
  return (
    <span className={css.change} data-news={news}>
      <span aria-hidden="true">{SIGNS[way]}</span>{' '}
      <span className="visually-hidden">{t.ways[way]} </span>
      {format.decimals(Math.abs(change), 1)}
      {afterNumber(changeUnit === 'pts' ? t.points : changeUnit)}
      {news !== 'neither' && (
        <>
          <span aria-hidden="true"> {NEWS[news]}</span>
          <span className="visually-hidden"> {t.news[news]}</span>
        </>
      )}
      {periods}
    </span>
  );
}

/** Both periods on one scale; the earlier one is fainter. */
function Course({ points, before }: { points: readonly (number | null)[]; before: number }) {
  if (points.filter((value) => value !== null).length < 2) return null;
  return (
    <svg className={css.course} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <path d={lineOf(points)} data-earlier />
      <path d={lineOf(points, before)} />
    </svg>
  );
}
