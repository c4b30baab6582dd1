/** The same answers as the options of `iop start`. */
import type { LookedAt } from '@/api/client';
import { useWords } from '@/i18n/words';
import { Disclosure } from '@/ui/Disclosure';
import { SelectField, TextField } from '@/ui/Field';
import { Fields } from '@/ui/Form';
import { Card, Muted, Stack } from '@/ui/Layouts';
import type { Answers } from './answers';
import { CountryField } from './CountryField';
import { sayChoice } from './choices';
import { words } from './words';

const DATES = ['day-first', 'month-first'] as const;
const SIGNS = ['.', ','] as const;

export function Guesses({
  looked,
  answers,
  isOpen,
  onChange,
}: {
  looked: LookedAt;
  answers: Answers;
  /** Where nothing can be loaded without a change. */
  isOpen: boolean;
  onChange: (answers: Answers) => void;
}) {
  const t = useWords(words);
  const { sheets, columns, table, encoding, encodings } = looked;
  const byFile = { value: '', label: t.byFile };
  const choicesOf = (values: readonly string[]) => [
    byFile,
    ...values.map((value) => ({ value, label: sayChoice(value, t) ?? value })),
  ];
  return (
    <Card>
      <Disclosure label={t.guesses} isOpen={isOpen}>
        <Stack>
          <Muted>{t.guessesText}</Muted>
          <Fields>
            <TextField
              label={t.name}
              hint={t.nameHint}
              value={answers.name ?? table?.dataset ?? ''}
              maxLength={40}
              autoCapitalize="none"
              spellCheck={false}
              onChange={({ target }) => onChange({ name: target.value || null })}
            />
            {sheets.length > 1 && (
              <SelectField
                label={t.sheet}
                value={answers.sheet ?? ''}
                options={[
                  { value: '', label: t.fullest },
                  ...sheets.map((value) => ({ value, label: value })),
                ]}
                // Another sheet has other columns.
                onChange={({ target }) => onChange({ sheet: target.value || null, time: null })}
              />
            )}
            <SelectField
              label={t.time}
              value={answers.time ?? ''}
              options={choicesOf(columns)}
              onChange={({ target }) => onChange({ time: target.value || null })}
            />
            <SelectField
              label={t.dates}
              value={answers.dates ?? ''}
              options={choicesOf(DATES)}
              onChange={({ target }) => onChange({ dates: datesOf(target.value) })}
            />
            <SelectField
              label={t.decimal}
              value={answers.decimal ?? ''}
              options={choicesOf(SIGNS)}
              onChange={({ target }) => onChange({ decimal: signOf(target.value) })}
            />
            {table?.country && (
              <CountryField
                country={table.country}
                codes={looked.countries}
                answers={answers}
                onChange={onChange}
              />
            )}
            {encodings.length > 0 && (
              <SelectField
                label={t.encoding}
                value={answers.encoding ?? ''}
                options={[
                  {
                    value: '',
                    label: t.byFileAs(answers.encoding ? null : sayEncoding(encodings, encoding)),
                  },
                  ...encodings.map(({ value, words }) => ({ value, label: words })),
                ]}
                onChange={({ target }) => onChange({ encoding: target.value || null })}
              />
            )}
          </Fields>
        </Stack>
      </Disclosure>
    </Card>
  );
}

const datesOf = (value: string) => DATES.find((each) => each === value) ?? null;
const signOf = (value: string) => SIGNS.find((each) => each === value) ?? null;
const sayEncoding = (choices: LookedAt['encodings'], encoding: string | null) =>
  choices.find(({ value }) => value === encoding)?.words ?? null;
