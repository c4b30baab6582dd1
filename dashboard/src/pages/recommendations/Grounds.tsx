/** What a recommendation stands on: how sure, which model, which data, since when. */
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { type Fact, Facts } from '@/ui/Items';
import { knownOf, seriesName } from './evidence';
import css from './recommendations.module.css';
import type { Shown } from './told';
import { words } from './words';

export function Grounds({
  recommendation,
  executionId,
}: {
  recommendation: Shown;
  executionId: number | null;
}) {
  const t = useWords(words);
  const format = useFormat();
  const { confidence, quality, model } = knownOf(recommendation);
  const { dataset, uniqueId, firstDs, lastDs, createdAt, previousId } = recommendation;
  const period = [firstDs, lastDs].filter((ds) => ds !== null).map(format.local);
  const fact = (label: string, value: ReactNode): Fact => ({ label, value });
  return (
    <div className={css.grounds}>
      <Facts
        facts={[
          confidence === null ? null : fact(t.confidence, format.percent(confidence * 100)),
          quality === null ? null : fact(t.quality, t.of100(format.number(quality))),
          model &&
            fact(
              t.model,
              <Link href={`/models/${model.id}`}>{`${model.name} ${model.version}`}</Link>,
            ),
          executionId === null
            ? null
            : fact(
                t.execution,
                <Link href={`/executions/${executionId}`}>{t.executionNo(executionId)}</Link>,
              ),
          dataset === null
            ? null
            : fact(
                t.dataset,
                <Link href={`/datasets/${encodeURIComponent(dataset)}`}>{dataset}</Link>,
              ),
          uniqueId === null ? null : fact(t.series, seriesName(uniqueId, t.allSeries)),
          period.length > 0 ? fact(t.period, [...new Set(period)].join(' – ')) : null,
          fact(t.opened, format.dateTime(createdAt)),
          previousId === null
            ? null
            : fact(
                t.former,
                <Link href={`/recommendations/${previousId}`}>{t.formerNo(previousId)}</Link>,
              ),
        ]}
      />
    </div>
  );
}
