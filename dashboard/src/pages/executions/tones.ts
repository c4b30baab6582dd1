import type { ExecutionStatus } from '@/api/client';
import type { Tone } from '@/ui/Layouts';

export const TONES: Record<ExecutionStatus, Tone> = {
  running: 'info',
  success: 'ok',
  failed: 'bad',
};
