/** Severity, status and what else is said of a recommendation in a word; never by colour alone. */
import { useFormat } from '@/i18n/format';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import type { Decisions } from '@/offline/decisions';
import { isSnoozed } from '@/offline/kept';
import { Icon } from '@/ui/Icon';
import { Badge, type Tone } from '@/ui/Layouts';
import { useNow } from '@/ui/useNow';
import css from './recommendations.module.css';
import type { Told } from './told';
import { words } from './words';

/** How grave it is now, and beside it how grave it was at its worst, if that was more. */
export function SeverityMark({
  recommendation: { severity, peakSeverity },
}: {
  recommendation: Pick<Told, 'severity' | 'peakSeverity'>;
}) {
  const t = useWords(words);
  const named = useWords(vocabulary);
  return (
    <>
      <span className={css.severity} data-severity={severity}>
        <Icon name={severity} />
        {named.severity[severity]}
      </span>
      {peakSeverity !== severity && <span>{t.peak(named.severity[peakSeverity])}</span>}
    </>
  );
}

const TONES: Record<Told['status'], Tone> = {
  open: 'plain',
  accepted: 'ok',
  dismissed: 'plain',
};

/** decisions: those of this recommendation that were not sent yet. */
export function StandingMarks({
  recommendation: { status, snoozedUntil, resolvedAt },
  decisions,
  isOpenSaid = false,
}: {
  recommendation: Told;
  decisions: Decisions;
  isOpenSaid?: boolean;
}) {
  const t = useWords(words);
  const named = useWords(vocabulary);
  const format = useFormat();
  const now = useNow();
  const isLater = isSnoozed({ snoozedUntil }, now);
  const isStuck = decisions.some(({ problem }) => problem !== null);
  return (
    <>
      {(status !== 'open' || isOpenSaid) && (
        <Badge tone={TONES[status]}>{named.review_status[status]}</Badge>
      )}
      {status === 'open' && snoozedUntil && isLater && (
        <Badge tone="info">{t.until(format.dateTime(snoozedUntil))}</Badge>
      )}
      {resolvedAt && <Badge>{t.gone}</Badge>}
      {decisions.length > 0 && (
        <Badge tone={isStuck ? 'bad' : 'warn'}>{isStuck ? t.conflict : t.unsent}</Badge>
      )}
    </>
  );
}
