/** What narrows the trail; it lives in the address. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import { type AuditFilter, api } from '@/api/client';
import { useWords } from '@/i18n/words';
import { Button, ButtonLink } from '@/ui/Button';
import { SelectField, TextField } from '@/ui/Field';
import { Fields, Form } from '@/ui/Form';
import { Card, Row } from '@/ui/Layouts';
import { words } from './words';

const DAY = /^\d{4}-\d\d-\d\d$/;

/** Days are the reader's own; the last one is included. What cannot be read narrows nothing. */
export function inputIn(params: URLSearchParams): AuditFilter {
  const dayIn = (name: string, more: number) => {
    const [year, month, day] = (DAY.exec(params.get(name) ?? '')?.[0] ?? '').split('-').map(Number);
    return year && month && day ? new Date(year, month - 1, day + more).toISOString() : null;
  };
  const userId = Number(params.get('user'));
  const [since, until] = [dayIn('since', 0), dayIn('until', 1)];
  const procedure = params.get('what')?.trim().slice(0, 128);
  const requestId = params.get('request')?.trim().slice(0, 64);
  return {
    ...(Number.isInteger(userId) && userId > 0 && { userId }),
    ...(procedure && { procedure }),
    ...(requestId && { requestId }),
    ...(since && { since }),
    ...(until && { until }),
  };
}

const NAMES = ['user', 'what', 'since', 'until', 'request'] as const;
type Values = Record<(typeof NAMES)[number], string>;

export function Narrow() {
  const t = useWords(words);
  const [params] = useSearchParams();
  const [, navigate] = useLocation();
  const [values, setValues] = useState(
    () => Object.fromEntries(NAMES.map((name) => [name, params.get(name) ?? ''])) as Values,
  );
  const users = useQuery({
    queryKey: ['users.list', { limit: 1000 }],
    queryFn: ({ signal }) => api.users.list.query({ limit: 1000 }, { signal }),
  });
  const apply = () => {
    const given = new URLSearchParams(
      NAMES.flatMap((name) => (values[name] ? [[name, values[name]]] : [])),
    );
    navigate(given.size > 0 ? `/audit?${given}` : '/audit');
  };
  const field = (name: keyof Values) => ({
    value: values[name],
    onChange: (event: { target: { value: string } }) =>
      setValues((former) => ({ ...former, [name]: event.target.value })),
  });
  return (
    <Card>
      <Form onSubmit={apply}>
        <Fields>
          <SelectField
            label={t.who}
            {...field('user')}
            options={[
              { value: '', label: t.anybody },
              ...(users.data ?? []).map(({ id, name }) => ({ value: String(id), label: name })),
            ]}
          />
          <TextField label={t.what} hint={t.whatHint} maxLength={128} {...field('what')} />
          <TextField label={t.since} type="date" {...field('since')} />
          <TextField label={t.until} type="date" {...field('until')} />
          <TextField label={t.request} maxLength={64} {...field('request')} />
        </Fields>
        <Row>
          <Button type="submit" look="primary">
            {t.apply}
          </Button>
          {params.size > 0 && <ButtonLink href="/audit">{t.clear}</ButtonLink>}
        </Row>
      </Form>
    </Card>
  );
}
