/** How a session began, and where from. */
import type { MySession } from '@/api/client';
import type { words } from './words';

/** Of a session whose address is not known only how it began. */
export function sayOrigin(
  { origin, address }: Pick<MySession, 'origin' | 'address'>,
  t: Pick<(typeof words)['en'], 'origins' | 'from'>,
): string {
  const how = t.origins[origin] ?? origin;
  return address ? `${how} ${t.from} ${address}` : how;
}
