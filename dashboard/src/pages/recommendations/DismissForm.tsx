/** Why nothing is done: one of the usual reasons, or one's own. */
import { useState } from 'react';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Actions } from '@/ui/Dialog';
import { AreaField } from '@/ui/Field';
import { Form } from '@/ui/Form';
import { words as uiWords } from '@/ui/words';
import css from './recommendations.module.css';
import { words } from './words';

const OTHER = 'other';

export function DismissForm({
  onDismiss,
  onClose,
}: {
  onDismiss: (reason: string) => void;
  onClose: () => void;
}) {
  const t = useWords(words);
  const ui = useWords(uiWords);
  const [chosen, setChosen] = useState<string | null>(null);
  const [own, setOwn] = useState('');
  const [problems, setProblems] = useState<string[]>([]);
  const usual = Object.values(t.reasons);
  const submit = () => {
    const reason = chosen === OTHER ? own.trim() : chosen;
    if (reason) onDismiss(reason);
    else setProblems([t.reasonNeeded]);
  };
  const option = (value: string, label: string) => (
    <label key={value} className={css.option}>
      <input
        type="radio"
        name="reason"
        checked={chosen === value}
        onChange={() => {
          setChosen(value);
          setProblems([]);
        }}
      />
      {label}
    </label>
  );
  return (
    <Form onSubmit={submit}>
      <fieldset className={css.options}>
        <legend className="visually-hidden">{t.reason}</legend>
        {usual.map((reason) => option(reason, reason))}
        {option(OTHER, t.otherReason)}
      </fieldset>
      {chosen === OTHER && (
        <AreaField
          label={t.yourReason}
          value={own}
          maxLength={2000}
          problems={problems}
          onChange={(event) => setOwn(event.target.value)}
        />
      )}
      {chosen === null && problems.length > 0 && (
        <p className={css.problem} role="alert">
          {problems.join(' ')}
        </p>
      )}
      <Actions>
        <Button type="submit" look="primary">
          {t.dismiss}
        </Button>
        <Button onClick={onClose}>{ui.cancel}</Button>
      </Actions>
    </Form>
  );
}
