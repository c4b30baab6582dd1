/** A panel whose period has no data though its dataset has some: until when, and a way there. */
import type { LastStretch } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Empty } from '@/ui/States';
import { words } from '../words';

type Days = LastStretch['days'];

export function Ended({
  stretch,
  onShow,
}: {
  stretch: LastStretch;
  onShow?: ((days: Days) => void) | undefined;
}) {
  const t = useWords(words);
  const format = useFormat();
  const { from, to } = stretch.days;
  return (
    <Empty title={t.nothingThen}>
      <p>{t.untilDay(format.local(to))}</p>
      {onShow && (
        <Button onClick={() => onShow(stretch.days)}>
          {t.showStretch(format.local(from), format.local(to))}
        </Button>
      )}
    </Empty>
  );
}
