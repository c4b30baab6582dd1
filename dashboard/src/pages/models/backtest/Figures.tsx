/** The figures of a backtest, in plain words, at the slider's stop. */
import type { BacktestContent, BacktestList, Recall, Rival, Skill } from '@/api/client';
import { type Formatters, useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { type Fact, Facts } from '@/ui/Items';
import { Card, Muted, Stack } from '@/ui/Layouts';
import { type BacktestWords, backtestWords } from './words';

export function Figures({ content, list }: { content: BacktestContent; list: BacktestList }) {
  const t = useWords(backtestWords);
  const format = useFormat();
  const isMissing = list.byKind.some(({ kind }) => kind === 'missing');
  return (
    <>
      <Card title={t.figures}>
        <Stack>
          <Facts
            facts={[
              ...ofReplay(content, t, format),
              ...ofList(list, t, format),
              ...(content.forecast ? ofSkill(content.forecast, t, format) : []),
              { label: t.cpu, value: format.duration(1000 * content.cpuSeconds) },
            ]}
          />
          {(list.injected || list.precision !== null) && <Muted>{t.estimates}</Muted>}
          {isMissing && <Muted>{t.missingText}</Muted>}
        </Stack>
      </Card>
      {content.rival && <Next rival={content.rival} />}
    </>
  );
}

function Next({ rival }: { rival: Rival }) {
  const t = useWords(backtestWords);
  const format = useFormat();
  return (
    <Card title={t.rival(rival.version)}>
      <Stack>
        <p>{t.rivalText(format.number(rival.count), rival.count)}</p>
        <Facts
          facts={[
            { label: t.both, value: format.number(rival.both) },
            { label: t.onlyThis, value: format.number(rival.onlyThis) },
            { label: t.onlyRival, value: format.number(rival.onlyRival) },
            ...(rival.injected
              ? [{ label: t.rivalFound, value: sayFound(rival.injected, t, format) }]
              : []),
            ...(rival.forecast ? ofSkill(rival.forecast, t, format) : []),
          ]}
        />
      </Stack>
    </Card>
  );
}

function ofReplay({ deliveries, coverage }: BacktestContent, t: BacktestWords, f: Formatters) {
  const scored = coverage.total - coverage.learning;
  const say = coverage.unit === 'points' ? t.points : t.wholeSeries;
  const facts: Fact[] = [
    {
      label: t.replayed,
      value: t.of(f.number(deliveries.replayed), f.number(deliveries.count)),
    },
    { label: t.judged, value: say(f.number(scored), f.number(coverage.total), scored) },
  ];
  if (coverage.learning > 0) facts.push({ label: t.learning, value: f.number(coverage.learning) });
  if (coverage.leftOut > 0) facts.push({ label: t.leftOut, value: f.number(coverage.leftOut) });
  if (deliveries.failed > 0) {
    facts.push({ label: t.failedRuns, value: f.number(deliveries.failed) });
  }
  return facts;
}

function ofList(list: BacktestList, t: BacktestWords, f: Formatters): Fact[] {
  const facts: Fact[] = [];
  const { worstWeek: worst, injected, precision } = list;
  if (worst.count > 0) {
    facts.push({ label: t.worst, value: t.worstOf(f.number(worst.count), f.local(worst.start)) });
  }
  if (injected) {
    facts.push({ label: t.injected, value: sayFound(injected, t, f) });
    for (const each of list.byKind) {
      if (each.kind) facts.push({ label: t.kinds[each.kind], value: sayFound(each, t, f) });
    }
    if (injected.delay !== null) {
      facts.push({ label: t.delay, value: t.periods(f.number(injected.delay), injected.delay) });
    }
  }
  if (precision !== null) facts.push({ label: t.precision, value: f.percent(100 * precision) });
  return facts;
}

function ofSkill({ skill, coverage, level }: Skill, t: BacktestWords, f: Formatters): Fact[] {
  const facts: Fact[] = [];
  if (skill !== null) {
    const share = f.percent(Math.abs(100 * skill));
    facts.push({ label: t.skill, value: skill < 0 ? t.worse(share) : t.better(share) });
  }
  if (coverage !== null) {
    facts.push({ label: t.held, value: t.heldOf(f.percent(coverage), f.percent(level)) });
  }
  return facts;
}

const sayFound = ({ told, count }: Recall, t: BacktestWords, f: Formatters): string =>
  t.found(f.number(told), f.number(count), told);
