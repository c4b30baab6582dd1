/** When a report is due, by fields; what that means is asked of the server as it changes. */
import { useWords } from '@/i18n/words';
import { isTimeZone } from '@/session/preferences';
import { SelectField, TextField } from '@/ui/Field';
import { Fields, Group } from '@/ui/Form';
import { ScheduleMeaning } from './ScheduleMeaning';
import { ScheduleMoment } from './ScheduleMoment';
import { inCron, KINDS, type Kind, type Schedule } from './schedule';
import { type ReportWords, words } from './words';

const ZONES = Intl.supportedValuesOf('timeZone');
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
          problems={value.kind === 'cron' || value.kind === 'words' || !isWhole ? [] : problems}
          onChange={(event) => set({ kind: event.target.value as Kind })}
          options={KINDS.map((kind) => ({ value: kind, label: t.kinds[kind] }))}
        />
        <ScheduleMoment
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
      {isWhole && problems.length === 0 && <ScheduleMeaning schedule={value} />}
    </Group>
  );
}
