/** Files that were sent and not loaded: to go on with, or to be removed. */
import { useQuery } from '@tanstack/react-query';
import { api, type WaitingUpload } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Button, ButtonLink } from '@/ui/Button';
import { Card, Muted, Row } from '@/ui/Layouts';
import { useAction } from '@/ui/useAction';
import { useNow } from '@/ui/useNow';
import css from './add.module.css';
import { waitingQuery } from './queries';
import { words } from './words';

export function Waiting() {
  const t = useWords(words);
  const { data = [] } = useQuery(waitingQuery);
  if (data.length === 0) return null;
  return (
    <Card title={t.waiting}>
      <Muted>{t.waitingText}</Muted>
      <ul className={css.waiting}>
        {data.map((each) => (
          <OneWaiting key={each.id} file={each} />
        ))}
      </ul>
    </Card>
  );
}

function OneWaiting({ file }: { file: WaitingUpload }) {
  const t = useWords(words);
  const format = useFormat();
  const now = useNow();
  const discard = useAction({
    run: () => api.intake.discard.mutate({ id: file.id }),
    done: t.discarded(file.name),
    touches: [['intake.waiting']],
  });
  const notes = [
    file.sizeBytes !== null && format.bytes(file.sizeBytes),
    format.ago(file.uploadedAt, now),
  ];
  return (
    <li className={css.one}>
      <span>
        <b className={css.name}>{file.name}</b>
        <Muted>{notes.filter(Boolean).join(' · ')}</Muted>
        {file.refusal && <span className={css.problem}>{file.refusal.message}</span>}
      </span>
      <Row>
        <ButtonLink href={`/add/${file.id}`} look="primary">
          {t.goOn}
        </ButtonLink>
        <Button isBusy={discard.isBusy} onClick={() => discard.start(undefined)}>
          {t.discard}
        </Button>
      </Row>
    </li>
  );
}
