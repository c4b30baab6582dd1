import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Row, Stack } from '@/ui/Layouts';
import css from './upload.module.css';
import type { OnItsWay } from './useSending';
import { words } from './words';

/** What was sent whole can no longer be cancelled: the server goes on with it. */
export function Sending({ sending, onStop }: { sending: OnItsWay; onStop: () => void }) {
  const t = useWords(words);
  const format = useFormat();
  const { name, size, sent } = sending;
  const isThere = sent >= size;
  return (
    <div className={css.sending}>
      <Stack>
        <span className={css.name}>{t.sending(name)}</span>
        <progress className={css.bar} max={size} value={sent} aria-label={t.sending(name)} />
        <Row>
          <span role="status">
            {isThere ? t.arriving : t.sent(format.bytes(sent), format.bytes(size))}
          </span>
          {!isThere && <Button onClick={onStop}>{t.stop}</Button>}
        </Row>
      </Stack>
    </div>
  );
}
