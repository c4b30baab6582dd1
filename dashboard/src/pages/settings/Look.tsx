import { useId, useState } from 'react';
import { useFormat } from '@/i18n/format';
import { isRegion, REGIONS, type Region } from '@/i18n/language';
import { useWords } from '@/i18n/words';
import { choose } from '@/session/choices';
import { LanguageChoice } from '@/session/LanguageChoice';
import {
  isTimeZone,
  setPreferences,
  THEMES,
  type Theme,
  usePreferences,
} from '@/session/preferences';
import { CheckField } from '@/ui/CheckField';
import { SelectField, TextField } from '@/ui/Field';
import { Card, Stack } from '@/ui/Layouts';
import { useNow } from '@/ui/useNow';
import { words } from './words';

export function Look() {
  const t = useWords(words);
  const { theme, hasShortcuts } = usePreferences();
  return (
    <Card title={t.look}>
      <Stack>
        <LanguageChoice />
        <RegionChoice />
        <SelectField
          label={t.theme}
          value={theme}
          onChange={(event) => choose({ theme: event.target.value as Theme })}
          options={THEMES.map((value) => ({ value, label: t.themes[value] }))}
        />
        <TimeZone />
        <CheckField
          label={t.shortcuts}
          hint={t.shortcutsHint}
          checked={hasShortcuts}
          onChange={(event) => setPreferences({ hasShortcuts: event.target.checked })}
        />
      </Stack>
    </Card>
  );
}

// A day that cannot be taken for a month.
const EXAMPLE = { day: '2026-12-31', number: 1234.5 };
const MONEY: Readonly<Record<Region, string>> = {
  ...{ US: 'USD', GB: 'GBP', GH: 'GHS', KE: 'KES', NG: 'NGN' },
  ...{ FR: 'EUR', CI: 'XOF', CM: 'XAF', SN: 'XOF' },
};

/** In their names' order, as the reader's language has them. */
function RegionChoice() {
  const t = useWords(words);
  const format = useFormat();
  const { ownRegion } = usePreferences();
  const places = REGIONS.map((value) => ({ value: value as string, label: format.country(value) }));
  places.sort((a, b) => format.inOrder(a.label, b.label));
  const currency = isRegion(format.region) ? MONEY[format.region] : 'USD';
  return (
    <SelectField
      label={t.region}
      hint={t.regionHint(
        format.local(EXAMPLE.day),
        format.number(EXAMPLE.number),
        format.money(EXAMPLE.number, currency),
      )}
      value={ownRegion ?? ''}
      onChange={({ target: { value } }) => choose({ ownRegion: isRegion(value) ? value : null })}
      options={[{ value: '', label: t.regionUsual }, ...places]}
    />
  );
}

function TimeZone() {
  const t = useWords(words);
  const format = useFormat();
  const now = useNow();
  const list = useId();
  const { timeZone } = usePreferences();
  const [text, setText] = useState(timeZone);
  const [former, setFormer] = useState(timeZone);
  if (former !== timeZone) {
    setFormer(timeZone);
    setText(timeZone);
  }
  const isGood = isTimeZone(text);
  return (
    <>
      <TextField
        label={t.timeZone}
        hint={t.timeZoneHint(format.time(now))}
        value={text}
        list={list}
        maxLength={64}
        autoComplete="off"
        spellCheck={false}
        problems={isGood || text === '' ? [] : [t.badZone]}
        onChange={(event) => {
          const chosen = event.target.value.trim();
          setText(event.target.value);
          if (Intl.supportedValuesOf('timeZone').includes(chosen)) choose({ timeZone: chosen });
        }}
        onBlur={() => !isGood && setText(timeZone)}
      />
      <datalist id={list}>
        {Intl.supportedValuesOf('timeZone').map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
    </>
  );
}
