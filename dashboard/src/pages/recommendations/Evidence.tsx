/** What happened as a chart, why the platform says so, and what to do. */
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { BandChart, preloadCharts } from '@/charts';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Card } from '@/ui/Layouts';
import { Skeleton } from '@/ui/States';
import { words as uiWords } from '@/ui/words';
import { knownOf, seriesName } from './evidence';
import { Grounds } from './Grounds';
import { evidenceQuery } from './queries';
import css from './recommendations.module.css';
import type { Shown } from './told';
import { words } from './words';

// The chart with its legend and notes, in rem.
const CHART_HEIGHT = 22;
// Of the drawing of a finding beside the first, in rem.
const OTHER_HEIGHT = 9;

export function Evidence({ recommendation }: { recommendation: Shown }) {
  const t = useWords(words);
  const ui = useWords(uiWords);
  const format = useFormat();
  const query = useQuery(evidenceQuery(recommendation.id));
  const known = knownOf(recommendation);
  const told = query.data ?? null;
  useEffect(preloadCharts, []);
  // Without a network the recommendation itself has what a chart needs.
  const isWaiting = !told && !query.isError;
  const points = told?.points ?? known.points;
  const others = told?.others ?? [];
  const series = seriesName(recommendation.uniqueId, t.allSeries) ?? '';
  const measure = told?.label ?? told?.measure ?? known.label ?? known.measure;
  const paragraphs = told ? told.rationale : sentencesOf(recommendation.description);
  const actions = told ? told.actions : known.action ? [known.action] : [];
  const owner = told?.owner ?? known.owner;
  return (
    <>
      <Card title={t.do}>
        {isWaiting ? (
          <Skeleton height={3} />
        ) : (
          <div className={css.prose}>
            {actions.map((action) => (
              <p key={action} className={css.action}>
                {action}
              </p>
            ))}
            {owner && (
              <p>
                {t.owner}
                {ui.colon}
                <strong>{owner}</strong>
              </p>
            )}
          </div>
        )}
      </Card>
      {(isWaiting || points.length > 0 || others.length > 0) && (
        <Card title={t.evidence}>
          {isWaiting ? (
            <Skeleton height={CHART_HEIGHT} />
          ) : (
            points.length > 0 && (
              <BandChart
                title={t.evidenceOf(measure ?? t.evidence, series)}
                unit={told?.unit ?? known.unit}
                points={points}
                zone={told ? t.zone(told.timeZone) : null}
              />
            )
          )}
          {others.map((other) => (
            <BandChart
              key={`${other.measure} ${other.ds}`}
              title={t.otherOf(other.label, series, format.local(other.ds))}
              unit={other.unit}
              points={other.points}
              height={OTHER_HEIGHT}
              zone={told ? t.zone(told.timeZone) : null}
            />
          ))}
        </Card>
      )}
      <Card title={t.why}>
        {isWaiting ? (
          <Skeleton height={8} />
        ) : (
          <div className={css.prose}>
            {paragraphs.map((text) => (
              <p key={text}>{text}</p>
            ))}
          </div>
        )}
        <Grounds recommendation={recommendation} executionId={told?.executionId ?? null} />
      </Card>
    </>
  );
}

const sentencesOf = (description: string | null) =>
  (description ?? '').split('\n').filter((line) => line.trim() !== '');
