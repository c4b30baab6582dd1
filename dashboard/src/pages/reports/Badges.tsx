import type { ReportStatus, TemplateStatus } from '@/api/client';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { Badge } from '@/ui/Layouts';
import { TONES } from './tones';
import { words } from './words';

export function ReportBadge({ status }: { status: ReportStatus }) {
  const named = useWords(vocabulary);
  return <Badge tone={TONES[status]}>{named.report_status[status]}</Badge>;
}

export function TemplateBadge({ status }: { status: TemplateStatus }) {
  const t = useWords(words);
  return <Badge tone={status === 'active' ? 'ok' : 'warn'}>{t.statuses[status]}</Badge>;
}
