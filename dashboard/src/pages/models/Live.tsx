/** What a version was worth since it tells: its forecasts against what came, its alerts against its budget, its time. */
import type { LivePerformance, ModelDetail } from '@/api/client';
import { type ChartRows, PanelChart } from '@/charts';
import { type Formatters, useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { type Fact, Facts } from '@/ui/Items';
import { Card, Muted, Stack } from '@/ui/Layouts';
import { Empty } from '@/ui/States';
import { alertRows, coverageRows, errorRows } from './liveRows';
import { type ModelWords, words } from './words';

export function Live({ model }: { model: ModelDetail }) {
  const t = useWords(words);
  const format = useFormat();
  const found = model.performance;
  if (!found) {
    return (
      <Empty title={t.notLive}>
        <p>{t.notLiveText}</p>
      </Empty>
    );
  }
  const { forecasts, periods } = found;
  return (
    <>
      <Card title={t.figuresLive}>
        <Stack>
          <Facts facts={factsOf(found, t, format)} />
          {forecasts && <Muted>{forecasts.points > 0 ? t.liveText : t.nothingCame}</Muted>}
        </Stack>
      </Card>
      {forecasts && <Drawn title={t.liveError} data={errorRows(periods, t)} />}
      {forecasts && <Drawn title={t.liveHeld} data={coverageRows(periods, t)} />}
      <Drawn title={t.liveAlerts} data={alertRows(periods, t)} />
    </>
  );
}

function Drawn({ title, data }: { title: string; data: ChartRows }) {
  if (data.rows.length === 0) return null;
  return (
    <Card title={title}>
      <PanelChart title={title} data={data} isTitleShown={false} />
    </Card>
  );
}

function factsOf(found: LivePerformance, t: ModelWords, f: Formatters): Fact[] {
  const { forecasts, alerts, durations } = found;
  const facts: Fact[] = [];
  if (forecasts && forecasts.points > 0) {
    facts.push({ label: t.compared, value: f.number(forecasts.points) });
    if (forecasts.mase !== null) {
      facts.push({ label: t.liveError, value: f.number(Number(forecasts.mase.toFixed(2))) });
    }
    if (forecasts.skill !== null) {
      const share = f.percent(Math.abs(100 * forecasts.skill));
      facts.push({
        label: t.againstRepeating,
        value: forecasts.skill < 0 ? t.worseBy(share) : t.betterBy(share),
      });
    }
    if (forecasts.coverage !== null) {
      const [held, level] = [f.percent(forecasts.coverage), f.percent(forecasts.level)];
      facts.push({ label: t.liveHeld, value: t.heldMeant(held, level) });
    }
  }
  if (alerts.perWeek !== null) {
    const rate = f.number(Number(alerts.perWeek.toFixed(1)));
    facts.push({
      label: t.liveAlerts,
      value: alerts.budget === null ? rate : t.rateOf(rate, f.number(alerts.budget)),
    });
  }
  if (durations) {
    const [p50, p95] = [f.duration(durations.p50Ms), f.duration(durations.p95Ms)];
    facts.push({ label: t.duration, value: t.durations(p50, p95) });
  }
  return facts;
}
