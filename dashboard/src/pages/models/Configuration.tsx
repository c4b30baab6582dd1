/** What a version was told: where it reads, by what method, when it runs, and what to advise. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { Runtime } from '@/api/client';
import { choiceOf, fieldsOf } from '@/fields/fields';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Json } from '@/ui/Disclosure';
import { Facts } from '@/ui/Items';
import type { JsonObject } from '@/ui/json';
import { Card, Muted, Stack } from '@/ui/Layouts';
import { runtimesQuery } from './queries';
import { words as registerWords } from './register/words';
import { type ModelWords, words } from './words';

/** As the server stores it; names are those of a model's file. */
export interface StoredConfig {
  runtime: string;
  dataset: string;
  input: {
    measures: string[];
    series?: string[];
    where?: JsonObject | null;
    history?: number;
  };
  params?: JsonObject;
  trigger?: { on?: 'dataset_update' | 'request'; weekdays?: (keyof ModelWords['weekdays'])[] };
  quality_threshold?: number | null;
  advice?: {
    action?: string | null;
    owner?: string | null;
    cool_down?: number | null;
    recovery_after?: number;
  } | null;
}

export function Configuration({ config }: { config: JsonObject | null }) {
  const t = useWords(words);
  const named = useWords(registerWords);
  const { data: runtimes = [] } = useQuery(runtimesQuery);
  const format = useFormat();
  if (config === null) return <Muted>{t.noConfig}</Muted>;
  const { runtime, dataset, input, params, trigger, advice, ...rest } =
    config as unknown as StoredConfig;
  const known = runtimes.find(({ name }) => name === runtime);
  const threshold = rest.quality_threshold ?? null;
  return (
    <Card title={t.configuration}>
      <Stack>
        <Facts
          facts={[
            {
              label: t.runtime,
              value: known ? named.runtimeIs(known.label, known.summary) : runtime,
            },
            { label: t.dataset, value: <Link href={`/datasets/${dataset}`}>{dataset}</Link> },
            { label: t.measures, value: input.measures.join(', ') },
            { label: t.series, value: input.series?.join(', ') || t.oneSeries },
            input.history === undefined
              ? null
              : { label: t.historyRead, value: format.number(input.history) },
            { label: t.triggerOn, value: sayTrigger(trigger, t) },
            {
              label: t.threshold,
              value: threshold === null ? t.noThreshold : format.number(threshold),
            },
            advice?.action ? { label: t.action, value: advice.action } : null,
            advice?.owner ? { label: t.owner, value: advice.owner } : null,
            advice?.cool_down === undefined
              ? null
              : {
                  label: t.coolDown,
                  value:
                    advice.cool_down === null
                      ? t.coolDownByTime
                      : t.periods(format.number(advice.cool_down)),
                },
            advice?.recovery_after === undefined
              ? null
              : { label: t.recovery, value: t.executions(format.number(advice.recovery_after)) },
          ]}
        />
        <h3>{t.params}</h3>
        <Params params={params ?? {}} runtime={known} />
        {input.where && <Json label={t.where} value={input.where} />}
        <Json label={t.raw} value={config} />
      </Stack>
    </Card>
  );
}

function Params({ params, runtime }: { params: JsonObject; runtime: Runtime | undefined }) {
  const t = useWords(words);
  const format = useFormat();
  const fields = new Map(fieldsOf(runtime?.params).map((field) => [field.name, field]));
  const facts = Object.entries(params).map(([name, value]) => ({
    label: fields.get(name)?.label ?? name,
    value:
      typeof value === 'number' ? (
        format.number(value)
      ) : typeof value === 'object' && value !== null ? (
        <Json label={t.raw} value={value} />
      ) : (
        choiceOf(fields.get(name), String(value))
      ),
  }));
  return facts.length > 0 ? <Facts facts={facts} /> : <Muted>{t.noParams}</Muted>;
}

function sayTrigger(trigger: StoredConfig['trigger'], t: ModelWords): string {
  if (trigger?.on === 'request') return t.onRequest;
  const days = trigger?.weekdays ?? [];
  return days.length === 0
    ? t.onUpdate
    : t.onUpdateOf(days.map((day) => t.weekdays[day]).join(', '));
}
