/** Until when: a usual moment, or one's own. */
import { useState } from 'react';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Actions } from '@/ui/Dialog';
import { TextField } from '@/ui/Field';
import { Form } from '@/ui/Form';
import { words as uiWords } from '@/ui/words';
import css from './recommendations.module.css';
import { localText, momentIn, presetsFrom } from './snoozes';
import { words } from './words';

export function SnoozeForm({
  onSnooze,
  onClose,
}: {
  onSnooze: (until: Date) => void;
  onClose: () => void;
}) {
  const t = useWords(words);
  const ui = useWords(uiWords);
  const format = useFormat();
  const [presets] = useState(() => presetsFrom(new Date(), format.timeZone));
  const [own, setOwn] = useState(() => localText(presets.tomorrow, format.timeZone));
  const [problems, setProblems] = useState<string[]>([]);
  const submit = () => {
    const moment = momentIn(own, new Date(), format.timeZone);
    if (moment) onSnooze(moment);
    else setProblems([t.snoozePast]);
  };
  return (
    <>
      <div className={css.presets}>
        {(['tomorrow', 'nextWeek', 'inMonth'] as const).map((name) => (
          <button
            key={name}
            type="button"
            className={css.preset}
            onClick={() => onSnooze(presets[name])}
          >
            <strong>{t[name]}</strong>
            <span>{format.dateTime(presets[name])}</span>
          </button>
        ))}
      </div>
      <Form onSubmit={submit}>
        <TextField
          label={t.custom}
          hint={format.timeZone}
          type="datetime-local"
          value={own}
          problems={problems}
          onChange={(event) => setOwn(event.target.value)}
        />
        <Actions>
          <Button type="submit" look="primary">
            {t.snooze}
          </Button>
          <Button onClick={onClose}>{ui.cancel}</Button>
        </Actions>
      </Form>
    </>
  );
}
