/** Which output of a model's file is read: where there is one to choose, or one was said that can be another file's. */
import type { StoredFile } from '@/api/client';
import { useWords } from '@/i18n/words';
import { SelectField } from '@/ui/Field';
import { Fields } from '@/ui/Form';
import type { PartProps } from './part';
import { words } from './words';

export function OutputField({
  file,
  draft,
  set,
  problemsAt,
}: Omit<PartProps, 'runtimes'> & { file: StoredFile | undefined }) {
  const t = useWords(words);
  const known = file?.outputs.map(({ name }) => name) ?? [];
  const chosen = draft.params.output ?? '';
  const problems = problemsAt('config.params.output');
  if (known.length < 2 && !chosen && problems.length === 0) return null;
  const options = [
    { value: '', label: known.length === 1 ? t.onlyOutput : t.chooseOutput },
    ...known.map((name) => ({ value: name, label: name })),
  ];
  if (chosen && !known.includes(chosen)) {
    options.push({ value: chosen, label: file ? t.otherOutput(chosen) : chosen });
  }
  return (
    <Fields>
      <SelectField
        label={t.whichOutput}
        value={chosen}
        problems={problems}
        onChange={({ target }) => set({ params: { ...draft.params, output: target.value } })}
        options={options}
      />
    </Fields>
  );
}
