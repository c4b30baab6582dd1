/** What an administrator may decide about what is shown; on a phone it stays within a thumb's reach. */
import { useWords } from '@/i18n/words';
import { isSnoozed } from '@/offline/kept';
import { Button } from '@/ui/Button';
import { Icon } from '@/ui/Icon';
import { useNow } from '@/ui/useNow';
import type { Wish } from './deciding';
import type { Question } from './question';
import css from './recommendations.module.css';
import type { Told } from './told';
import { words } from './words';

export function Decide({
  recommendation: { status, snoozedUntil },
  isBusy,
  onDecide,
  onAsk,
}: {
  recommendation: Told;
  isBusy: boolean;
  onDecide: (wish: Wish) => void;
  onAsk: (question: Question) => void;
}) {
  const t = useWords(words);
  const now = useNow();
  const isLater = isSnoozed({ snoozedUntil }, now);
  const set = (to: Told['status']) => onDecide({ kind: 'status', status: to, reason: null });
  return (
    <section className={css.decide} aria-label={t.decide}>
      {status === 'open' ? (
        <>
          <Button look="primary" isBusy={isBusy} onClick={() => set('accepted')}>
            <Icon name="check" />
            {t.accept}
          </Button>
          <Button disabled={isBusy} onClick={() => onAsk('dismiss')}>
            <Icon name="cross" />
            {t.dismiss}
          </Button>
          {isLater ? (
            <Button
              disabled={isBusy}
              onClick={() => onDecide({ kind: 'snooze', until: null, reason: null })}
            >
              <Icon name="clock" />
              {t.wake}
            </Button>
          ) : (
            <Button disabled={isBusy} onClick={() => onAsk('snooze')}>
              <Icon name="clock" />
              {t.snooze}
            </Button>
          )}
        </>
      ) : (
        <Button isBusy={isBusy} onClick={() => set('open')}>
          {t.reopen}
        </Button>
      )}
    </section>
  );
}
