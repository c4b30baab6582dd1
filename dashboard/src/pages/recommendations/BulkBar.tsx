/** What is selected, and what can be done with all of it at once. */
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Icon } from '@/ui/Icon';
import type { Question } from './question';
import css from './recommendations.module.css';
import type { Selection } from './useSelection';
import { words } from './words';

export function BulkBar({
  selection,
  progress,
  onAccept,
  onAsk,
}: {
  selection: Selection;
  progress: { done: number; of: number } | null;
  onAccept: () => void;
  onAsk: (question: Question) => void;
}) {
  const t = useWords(words);
  const isBusy = progress !== null;
  return (
    <section className={css.bulk} aria-label={t.withSelected}>
      <p role="status">
        {progress ? t.sending(progress.done, progress.of) : t.selected(selection.rows.length)}
      </p>
      {progress ? (
        <progress
          className={css.progress}
          value={progress.done}
          max={progress.of}
          aria-label={t.sending(progress.done, progress.of)}
        />
      ) : (
        <span className={css.bulkMore}>
          {!selection.isAll && (
            <Button look="quiet" onClick={selection.selectAll}>
              {t.selectAll}
            </Button>
          )}
          <Button look="quiet" onClick={selection.clear}>
            {t.clearSelection}
          </Button>
        </span>
      )}
      <div className={css.bulkActs}>
        <Button look="primary" disabled={isBusy} onClick={onAccept}>
          <Icon name="check" />
          {t.accept}
        </Button>
        <Button disabled={isBusy} onClick={() => onAsk('dismiss')}>
          <Icon name="cross" />
          {t.dismiss}
        </Button>
        <Button disabled={isBusy} onClick={() => onAsk('snooze')}>
          <Icon name="clock" />
          {t.snooze}
        </Button>
      </div>
    </section>
  );
}
