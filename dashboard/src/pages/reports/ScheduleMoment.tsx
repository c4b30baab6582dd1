/** On which day and at what time a report is due, as its kind of schedule asks. */
import { useWords } from '@/i18n/words';
import { SelectField, TextField } from '@/ui/Field';
import { sayDay } from './say-day';
import { DAYS, ORDINALS, type Schedule, WEEKDAYS, type Weekday } from './schedule';
import { words } from './words';

const MONTH_DAYS = [
  ...DAYS,
  'last',
  ...ORDINALS.flatMap((nth) => WEEKDAYS.map((day) => `${nth}-${day}`)),
];

export function ScheduleMoment({
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
      {kind === 'words' && (
        <TextField
          label={t.inWords}
          hint={t.inWordsHint}
          value={value.words}
          problems={ofCron}
          spellCheck={false}
          required
          onChange={(event) => set({ words: event.target.value })}
        />
      )}
    </>
  );
}
