import { useDeferredValue } from 'react';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Badge, Row, type Tone } from '@/ui/Layouts';
import type { Liveness, LiveStats } from './useLiveStats';
import { words } from './words';

const TONES: Record<Liveness, Tone> = { live: 'ok', paused: 'plain', stale: 'warn' };

/** Whether the figures move, as of when they are, and the switch that stops them. */
export function LiveMark({ query, liveness, setPaused }: LiveStats) {
  const t = useWords(words);
  const format = useFormat();
  // The first time of day that a phone is to write takes it longer than all the figures.
  const asOf = useDeferredValue(query.data?.asOf ?? '', '');
  const isPaused = liveness === 'paused';
  return (
    <Row>
      <span role="status">
        <Badge tone={TONES[liveness]}>{t[liveness]}</Badge> {asOf && t.asOf(format.time(asOf))}
      </span>
      <Button onClick={() => setPaused(!isPaused)}>{isPaused ? t.resume : t.pause}</Button>
    </Row>
  );
}
