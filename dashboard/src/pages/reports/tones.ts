import type { ReportStatus } from '@/api/client';
import type { Tone } from '@/ui/Layouts';

export const TONES: Record<ReportStatus, Tone> = {
  pending: 'info',
  generating: 'info',
  ready: 'ok',
  failed: 'bad',
};
