import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import type { ExecutionStatus } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { ButtonLink } from '@/ui/Button';
import { Badge, Card, type Tone } from '@/ui/Layouts';
import { Empty, Loaded } from '@/ui/States';
import { useNow } from '@/ui/useNow';
import css from './home.module.css';
import { latestRuns } from './queries';
import { words } from './words';

const TONES: Record<ExecutionStatus, Tone> = { running: 'info', success: 'ok', failed: 'bad' };

export function LatestRuns() {
  const t = useWords(words);
  const format = useFormat();
  const now = useNow();
  return (
    <Card
      title={t.latestRuns}
      aside={
        <ButtonLink href="/executions" look="quiet">
          {t.all}
        </ButtonLink>
      }
    >
      <Loaded
        query={useQuery(latestRuns)}
        height={21}
        isEmpty={(runs) => runs.length === 0}
        empty={
          <Empty title={t.noRuns}>
            <p>{t.noRunsText}</p>
          </Empty>
        }
      >
        {(runs) => (
          <ul className={css.latest}>
            {runs.map((run) => (
              <li key={run.id}>
                <Link href={`/executions/${run.id}`} className={css.item ?? ''}>
                  <span className={css.itemName}>
                    {run.modelName} {run.modelVersion}
                  </span>
                  <Badge tone={TONES[run.status]}>{t.status[run.status]}</Badge>
                  <span className={css.itemNote}>
                    {run.requestedAt && format.ago(run.requestedAt, now)}
                    {run.durationMs !== null && ` · ${format.duration(run.durationMs)}`}
                  </span>
                </Link>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  );
}
