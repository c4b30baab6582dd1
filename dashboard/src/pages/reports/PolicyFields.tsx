/** How a template's reports wait, are made up for, and are issued again. */
import type { ReportTemplate } from '@/api/client';
import { useWords } from '@/i18n/words';
import { Disclosure } from '@/ui/Disclosure';
import { SelectField, TextField } from '@/ui/Field';
import { Fields } from '@/ui/Form';
import { Card } from '@/ui/Layouts';
import { words } from './words';

export const POLICY = ['wait', 'reissue', 'empty', 'misfire', 'jitter', 'pauseAfter'] as const;
export type Policy = Pick<ReportTemplate, (typeof POLICY)[number]>;

/** As the server takes a template that says nothing. */
export const PLAIN: Policy = {
  wait: null,
  reissue: 'offer',
  empty: 'send',
  misfire: 'latest',
  jitter: null,
  pauseAfter: 5,
};

export const policyOf = (template: Policy): Policy => ({
  wait: template.wait,
  reissue: template.reissue,
  empty: template.empty,
  misfire: template.misfire,
  jitter: template.jitter,
  pauseAfter: template.pauseAfter,
});

const CHOICES = {
  reissue: ['offer', 'send', 'never'],
  empty: ['send', 'skip', 'tell_owner'],
  misfire: ['latest', 'all', 'skip'],
} as const satisfies Partial<Record<keyof Policy, readonly string[]>>;

export function PolicyFields({
  policy,
  set,
  problemsAt,
}: {
  policy: Policy;
  set: (changed: Partial<Policy>) => void;
  problemsAt: (field: string) => readonly string[];
}) {
  const t = useWords(words);
  const isWrong = POLICY.some((field) => problemsAt(field).length > 0);
  const length = (field: 'wait' | 'jitter') => (
    <TextField
      label={t.policy[field]}
      hint={t.policyHints[field]}
      value={policy[field] ?? ''}
      maxLength={16}
      problems={problemsAt(field)}
      onChange={({ target }) => set({ [field]: target.value.trim() ? target.value : null })}
    />
  );
  const choice = (field: keyof typeof CHOICES) => (
    <SelectField
      label={t.policy[field]}
      value={policy[field]}
      problems={problemsAt(field)}
      options={CHOICES[field].map((value) => ({
        value,
        label: (t.policyChoices[field] as Record<string, string>)[value] ?? value,
      }))}
      onChange={({ target }) => set({ [field]: target.value as never })}
    />
  );
  return (
    <Card>
      <Disclosure label={t.policyTitle} isOpen={isWrong}>
        <Fields>
          {length('wait')}
          {choice('misfire')}
          {choice('reissue')}
          {choice('empty')}
          {length('jitter')}
          <TextField
            label={t.policy.pauseAfter}
            type="number"
            min={1}
            max={100}
            value={policy.pauseAfter}
            problems={problemsAt('pauseAfter')}
            onChange={({ target }) => set({ pauseAfter: Number(target.value) })}
          />
        </Fields>
      </Disclosure>
    </Card>
  );
}
