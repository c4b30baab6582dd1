/** Deciding, with how far it is and what of it was not taken. */
import { useState } from 'react';
import { useWords } from '@/i18n/words';
import { useOutbox } from '@/offline/useOutbox';
import { decide, type Result, type Shortfall, type Wish } from './deciding';
import { words } from './words';

export function useDecide() {
  const t = useWords(words);
  const { outbox } = useOutbox();
  const [progress, setProgress] = useState<{ done: number; of: number } | null>(null);
  const [shortfall, setShortfall] = useState<Shortfall | null>(null);
  const parts = {
    outbox,
    t,
    onProgress: (done: number, of: number) => setProgress({ done, of }),
    onShortfall: setShortfall,
  };

  async function start(rows: readonly Result['row'][], wish: Wish): Promise<readonly Result[]> {
    setProgress({ done: 0, of: rows.length });
    try {
      return await decide(parts, rows, wish);
    } finally {
      setProgress(null);
    }
  }

  return { decide: start, progress, shortfall, forget: () => setShortfall(null) };
}
