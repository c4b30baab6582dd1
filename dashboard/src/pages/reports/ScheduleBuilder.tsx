/** When a report is due, by fields; what that means is asked of the server as it changes. */
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue } from 'react';
import { failureOf } from '@/api/errors';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { isTimeZone } from '@/session/preferences';
import { SelectField, TextField } from '@/ui/Field';
import { Fields, Group, Refused } from '@/ui/Form';
import { Muted } from '@/ui/Layouts';
import { Skeleton } from '@/ui/States';
import { words as uiWords } from '@/ui/words';
import { NextTimes } from './NextTimes';
import { scheduleQuery } from './queries';
import css from './reports.module.css';
import { sayDay, saySchedule } from './say-schedule';
import {
  DAYS,
  KINDS,
  type Kind,
  ORDINALS,
  type Schedule,
  WEEKDAYS,
  type Weekday,
  writeSchedule,
} from './schedule';
import { type ReportWords, words } from './words';

const ZONES = Intl.supportedValuesOf('timeZone');
const MONTH_DAYS = [
  ...DAYS,
  'last',
  ...ORDINALS.flatMap((nth) => WEEKDAYS.map((day) => `${nth}-${day}`)),
];

interface Props {
  value: Schedule;
  problems: readonly string[];
  onChange: (schedule: Schedule) => void;
}

/** What can be seen to be wrong without asking, by control. */
function ownProblems(
  { kind, time, zone }: Schedule,
  t: ReportWords,
): Record<'time' | 'zone', string[]> {
  const hasTime = kind === 'daily' || kind === 'weekly' || kind === 'monthly';
  return {
    time: hasTime && time === '' ? [t.timeNeeded] : [],
    zone: kind !== 'none' && !isTimeZone(zone) ? [t.zoneUnknown(zone)] : [],
  };
}

/** problems: what the server refused of it as it stands. */
export function ScheduleBuilder({ value, problems, onChange }: Props) {
  const t = useWords(words);
  const own = ownProblems(value, t);
  const isWhole = own.time.length === 0 && own.zone.length === 0;
  const set = (changed: Partial<Schedule>) => onChange({ ...value, ...changed });
  return (
    <Group legend={t.schedule}>
      <Fields>
        <SelectField
          label={t.schedule}
          value={value.kind}
          problems={value.kind === 'cron' || !isWhole ? [] : problems}
          onChange={(event) => set({ kind: event.target.value as Kind })}
          options={KINDS.map((kind) => ({ value: kind, label: t.kinds[kind] }))}
        />
        <Moment
          value={value}
          set={set}
          ofTime={own.time}
          ofCron={isWhole ? problems.map((each) => inCron(each, value)) : []}
        />
        {value.kind !== 'none' && (
          <>
            <TextField
              label={t.zone}
              hint={t.zoneHint}
              list="time-zones"
              value={value.zone}
              problems={own.zone}
              spellCheck={false}
              onChange={(event) => set({ zone: event.target.value })}
            />
            <datalist id="time-zones">
              {ZONES.map((zone) => (
                <option key={zone} value={zone} />
              ))}
            </datalist>
          </>
        )}
      </Fields>
      {isWhole && problems.length === 0 && <Meaning schedule={value} />}
    </Group>
  );
}

/** What was typed, where the server quotes it with the zone behind. */
const inCron = (problem: string, schedule: Schedule) =>
  problem
    .replace(/^schedule\s?: /, '')
    .replaceAll(`${schedule.cron} ${schedule.zone}`, schedule.cron);

function Moment({
  value,
  set,
  ofTime,
  ofCron,
}: {
  value: Schedule;
  set: (changed: Partial<Schedule>) => void;
  ofTime: readonly string[];
  ofCron: readonly string[];
}) {
  const t = useWords(words);
  const { kind } = value;
  return (
    <>
      {kind === 'once' && (
        <TextField
          label={t.moment}
          type="datetime-local"
          value={value.moment}
          required
          onChange={(event) => set({ moment: event.target.value })}
        />
      )}
      {kind === 'weekly' && (
        <SelectField
          label={t.weekday}
          value={value.weekday}
          onChange={(event) => set({ weekday: event.target.value as Weekday })}
          options={WEEKDAYS.map((day) => ({ value: day, label: t.weekdays[day] }))}
        />
      )}
      {kind === 'monthly' && (
        <SelectField
          label={t.dayOfMonth}
          value={value.day}
          onChange={(event) => set({ day: event.target.value })}
          options={MONTH_DAYS.map((day) => ({ value: day, label: sayDay(day, t) }))}
        />
      )}
      {(kind === 'daily' || kind === 'weekly' || kind === 'monthly') && (
        <TextField
          label={t.time}
          type="time"
          value={value.time}
          problems={ofTime}
          required
          onChange={(event) => set({ time: event.target.value })}
        />
      )}
      {kind === 'cron' && (
        <TextField
          label={t.cron}
          hint={t.cronHint}
          value={value.cron}
          problems={ofCron}
          spellCheck={false}
          required
          onChange={(event) => set({ cron: event.target.value })}
        />
      )}
    </>
  );
}

/** The words on the wire, in the reader's language, and the next five times. */
function Meaning({ schedule }: { schedule: Schedule }) {
  const t = useWords(words);
  const ui = useWords(uiWords);
  const format = useFormat();
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
  const { nextTimes, timeZone, schedule: stored } = query.data;
  return (
    <div className={css.wire} aria-live="polite">
      <p>{saySchedule(stored, t, format)}</p>
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
