import { api } from '@/api/client';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { Button } from '@/ui/Button';
import { Refused } from '@/ui/Form';
import { Card, Muted, Row } from '@/ui/Layouts';
import { useAction } from '@/ui/useAction';
import { words as uiWords } from '@/ui/words';
import type { Answers } from './answers';
import { words } from './words';

/** isSettled: what is shown is what would be loaded. */
export function LoadButton({
  id,
  answers,
  dataset,
  isSettled,
}: {
  id: number;
  answers: Answers;
  dataset: string;
  isSettled: boolean;
}) {
  const t = useWords(words);
  const ui = useWords(uiWords);
  const isOnline = useIsOnline();
  const load = useAction({
    run: () => api.intake.load.mutate({ id, ...answers, name: dataset }),
    touches: [['intake.progress'], ['intake.waiting']],
  });
  const { failure } = load;
  return (
    <Card>
      {failure && 'message' in failure && <Refused title={failure.message} problems={[]} />}
      <Row>
        <Button
          look="primary"
          isBusy={load.isBusy}
          disabled={!isSettled || !isOnline}
          onClick={() => load.start(undefined)}
        >
          {t.load}
        </Button>
        <Muted>{isOnline ? t.loadText : ui.needsNetwork}</Muted>
      </Row>
    </Card>
  );
}
