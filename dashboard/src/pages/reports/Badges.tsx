import type { ReportStatus, TemplateStatus } from '@/api/client';
import { useWords } from '@/i18n/words';
import { Badge, type Tone } from '@/ui/Layouts';
import { words } from './words';

const TONES: Record<ReportStatus, Tone> = {
  pending: 'info',
  generating: 'info',
  ready: 'ok',
  failed: 'bad',
};

export function ReportBadge({ status }: { status: ReportStatus }) {
  const t = useWords(words);
  return <Badge tone={TONES[status]}>{t.reportStatuses[status]}</Badge>;
}

export function TemplateBadge({ status }: { status: TemplateStatus }) {
  const t = useWords(words);
  return <Badge tone={status === 'active' ? 'ok' : 'warn'}>{t.statuses[status]}</Badge>;
}
