import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Card, Row, Stack } from '@/ui/Layouts';
import css from './add.module.css';
import type { OnItsWay } from './useSending';
import { words } from './words';

export function Sending({ sending, onStop }: { sending: OnItsWay; onStop: () => void }) {
  const t = useWords(words);
  const format = useFormat();
  const { name, size, sent } = sending;
  const isThere = sent >= size;
  return (
    <Card title={t.sending(name)}>
      <Stack>
        <progress className={css.bar} max={size} value={sent} aria-label={t.sending(name)} />
        <Row>
          <span role="status">
            {isThere ? t.arriving : t.sent(format.bytes(sent), format.bytes(size))}
          </span>
          <Button onClick={onStop}>{t.stop}</Button>
        </Row>
      </Stack>
    </Card>
  );
}
