/** All decisions of this device that the platform has not taken yet. */
import { Link } from 'wouter';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { useOutbox } from '@/offline/useOutbox';
import { Button } from '@/ui/Button';
import { Card, Page, Stack } from '@/ui/Layouts';
import { Empty } from '@/ui/States';
import { Pending } from './Pending';
import { words } from './words';

export function Unsent() {
  const t = useWords(words);
  const isOnline = useIsOnline();
  const { outbox, decisions } = useOutbox();
  return (
    <Page
      title={t.unsentTitle}
      lead={t.unsentLead}
      actions={
        decisions.length > 0 && (
          <Button disabled={!isOnline} onClick={() => void outbox.sendAll()}>
            {t.sendNow}
          </Button>
        )
      }
    >
      {decisions.length === 0 ? (
        <Empty title={t.unsentNone}>
          <p>{t.unsentNoneText}</p>
        </Empty>
      ) : (
        decisions.map((decision) => (
          <Card
            key={decision.key}
            title={
              <Link href={`/recommendations/${decision.recommendationId}`}>{decision.title}</Link>
            }
          >
            <Stack>
              <Pending decisions={[decision]} />
            </Stack>
          </Card>
        ))
      )}
    </Page>
  );
}
