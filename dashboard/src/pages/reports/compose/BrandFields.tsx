/** How a report's pages look like those who send it; what is left empty is the instance's. */
import type { QueryConfig } from '@/api/client';
import type { Issue } from '@/api/errors';
import { useWords } from '@/i18n/words';
import { SelectField, TextField } from '@/ui/Field';
import { Fields, Group } from '@/ui/Form';
import { words } from '../words';
import { defined } from './defined';
import { withPage } from './page';

type Brand = NonNullable<QueryConfig['brand']>;

const PAPERS = ['A4', 'Letter', 'A3'] as const satisfies readonly Brand['paper'][];

export function BrandFields({
  config,
  issues,
  onChange,
}: {
  config: QueryConfig;
  issues: readonly Issue[];
  onChange: (config: QueryConfig) => void;
}) {
  const t = useWords(words);
  const brand: Brand = config.brand ?? {};
  const problems = (key: keyof Brand) =>
    issues
      .filter(({ path: [first, second] }) => first === 'brand' && second === key)
      .map(({ message }) => message);
  const set = (change: { [K in keyof Brand]?: Brand[K] | undefined }) => {
    const next = defined({ ...brand, ...change });
    onChange(withPage(config, { brand: Object.keys(next).length > 0 ? next : undefined }));
  };
  const textOf = (key: 'logo' | 'colour' | 'ink', label: string, hint: string) => (
    <TextField
      label={label}
      hint={hint}
      value={brand[key] ?? ''}
      maxLength={104}
      problems={problems(key)}
      onChange={({ target }) => set({ [key]: target.value.trim() || undefined })}
    />
  );
  return (
    <Group legend={t.brand}>
      <Fields>
        {textOf('logo', t.logo, t.logoHint)}
        {textOf('colour', t.colour, t.colourHint)}
        {textOf('ink', t.ink, t.inkHint)}
        <SelectField
          label={t.paper}
          value={brand.paper ?? ''}
          options={[
            { value: '', label: t.paperOfInstance },
            ...PAPERS.map((value) => ({ value, label: value })),
          ]}
          problems={problems('paper')}
          onChange={({ target }) =>
            set({ paper: PAPERS.find((each) => each === target.value) ?? undefined })
          }
        />
      </Fields>
    </Group>
  );
}
