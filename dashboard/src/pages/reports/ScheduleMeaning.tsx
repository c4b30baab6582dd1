import { useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { failureOf } from '@/api/errors';
import { useWords } from '@/i18n/words';
import { Refused } from '@/ui/Form';
import { Muted } from '@/ui/Layouts';
import { Skeleton } from '@/ui/States';
import { words as uiWords } from '@/ui/words';
import { NextTimes } from './NextTimes';
import { scheduleQuery } from './queries';
import css from './reports.module.css';
import { inCron, type Schedule, writeSchedule } from './schedule';
import { words } from './words';

/** What it means, how it is stored, and the next five times. */
export function ScheduleMeaning({ schedule }: { schedule: Schedule }) {
  const t = useWords(words);
  const ui = useWords(uiWords);
  const isWhole = schedule.kind !== 'once' || schedule.moment !== '';
  const text = useDeferredValue(isWhole ? writeSchedule(schedule) : null);
  const query = useQuery(scheduleQuery(text));
  if (text === null) {
    return <Muted>{schedule.kind === 'once' ? t.momentNeeded : t.noSchedule}</Muted>;
  }
  if (query.isError) {
    const failure = failureOf(query.error);
    const said = 'message' in failure ? failure.message : text;
    return <Refused title={inCron(said, schedule)} problems={[]} />;
  }
  if (query.data === undefined) return <Skeleton height={12} />;
  const { nextTimes, timeZone, words: said, schedule: stored, isEitherDay } = query.data;
  return (
    <div className={css.wire} aria-live="polite">
      <p>{said}</p>
      {isEitherDay && <p role="alert">{t.eitherDay}</p>}
      <Muted>
        {t.onTheWire}
        {ui.colon}
        <code>{stored}</code>
      </Muted>
      {nextTimes.length > 0 ? (
        <NextTimes times={nextTimes} zone={timeZone} />
      ) : (
        <Muted>{t.isOver}</Muted>
      )}
    </div>
  );
}
