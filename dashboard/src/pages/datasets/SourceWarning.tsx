/** What a declaration names and DRM's catalogue lacks; that DRM may come later is why it is no error. */
import type { DatasetDetail } from '@/api/client';
import { useWords } from '@/i18n/words';
import css from './datasets.module.css';
import { words } from './words';

export function SourceWarning({ dataset }: { dataset: DatasetDetail }) {
  const t = useWords(words);
  return (
    dataset.sourceWarning !== null && (
      <div className={css.warning} role="status">
        <p>{t.sourceLacks(dataset.source)}</p>
        <p>{dataset.sourceWarning}</p>
      </div>
    )
  );
}
