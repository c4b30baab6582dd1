/** Where an execution came from and what it read, in words. */
import type { Formatters } from '@/i18n/format';
import { sayEnd, sayPeriod } from '@/i18n/period';
import type { InputRef } from './input';
import type { ExecutionWords } from './words';

/** The series of a model that tells none apart is called "all", or nothing. */
export const saySeries = (name: string, t: ExecutionWords): string =>
  name === '' || name === 'all' ? t.allSeries : name;

export function sayTrigger(trigger: string, t: ExecutionWords): string {
  const [kind, id = ''] = trigger.split(':');
  switch (kind) {
    case 'drm_run':
      return t.byDrm(id);
    case 'api':
      return t.byPerson;
    case 'request':
    case 'cli':
      return t.byRequest;
    case 'ui':
    case 'dagster':
      return t.byUi;
    default:
      return trigger;
  }
}

export function sayWindow(ref: InputRef | null, t: ExecutionWords, format: Formatters): string {
  if (!ref?.from && !ref?.to) return t.wholeWindow;
  if (!ref.to) return t.fromOn(format.local(ref.from ?? ''));
  if (!ref.from) return t.until(sayEnd(null, ref.to, format));
  return sayPeriod(ref.from, ref.to, format, t.span);
}
