import type { ModelStatus, ModelType } from '@/api/client';
import { vocabulary } from '@/i18n/vocabulary';
import { useWords } from '@/i18n/words';
import { Badge, type Tone } from '@/ui/Layouts';
import { words } from './words';

const TONES: Record<ModelStatus, Tone> = { draft: 'info', active: 'ok', deprecated: 'plain' };

export function ModelBadges({ type, status }: { type?: ModelType; status: ModelStatus }) {
  const t = useWords(words);
  const named = useWords(vocabulary);
  return (
    <>
      <Badge tone={TONES[status]}>{t.statuses[status]}</Badge>
      {type && <Badge>{named.model_type[type]}</Badge>}
    </>
  );
}
