/** What an execution found, the gravest first. */
import type { Finding, Severity } from '@/api/client';
import { afterNumber } from '@/charts';
import { useFormat } from '@/i18n/format';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { Facts } from '@/ui/Items';
import { Badge, Muted, Row, type Tone } from '@/ui/Layouts';
import css from './executions.module.css';
import { saySeries } from './input-words';
import { words } from './words';

const TONES: Record<Severity, Tone> = { info: 'info', warning: 'warn', critical: 'bad' };
const RANK: Record<Severity, number> = { critical: 0, warning: 1, info: 2 };

export function Findings({ findings }: { findings: readonly Finding[] }) {
  const t = useWords(words);
  if (findings.length === 0) return <Muted>{t.noFindings}</Muted>;
  const sorted = [...findings].sort(
    (a, b) => RANK[a.severity] - RANK[b.severity] || b.score - a.score,
  );
  return (
    <ul className={css.findings}>
      {sorted.map((finding) => (
        <FoundItem key={finding.id} finding={finding} />
      ))}
    </ul>
  );
}

function FoundItem({ finding }: { finding: Finding }) {
  const t = useWords(words);
  const named = useWords(vocabulary);
  const format = useFormat();
  const say = (value: number | null) =>
    value === null ? '–' : `${format.number(value)}${afterNumber(finding.unit)}`;
  const hasBand = finding.lo !== null || finding.hi !== null;
  return (
    <li className={css.finding}>
      <Row>
        <h3>{t.findingOf(saySeries(finding.uniqueId, t), finding.label)}</h3>
        <Badge tone={TONES[finding.severity]}>{named.severity[finding.severity]}</Badge>
        <Badge>{named.category[finding.category]}</Badge>
      </Row>
      <Facts
        facts={[
          { label: t.period, value: format.local(finding.ds) },
          { label: t.value, value: say(finding.value) },
          { label: t.expected, value: say(finding.expected) },
          hasBand ? { label: t.band, value: t.span(say(finding.lo), say(finding.hi)) } : null,
          { label: t.score, value: format.number(finding.score) },
        ]}
      />
    </li>
  );
}
