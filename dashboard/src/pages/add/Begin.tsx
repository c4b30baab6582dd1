/** Where a file is chosen or dropped, and those that came before and wait. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Page } from '@/ui/Layouts';
import { Empty, Loaded } from '@/ui/States';
import { Drop } from '@/upload/Drop';
import type { Taker } from '@/upload/upload';
import { standingQuery } from './queries';
import { Waiting } from './Waiting';
import { words } from './words';

const DATA: Taker<{ id: number }> = {
  path: '/api/uploads',
  isTaken: (answer): answer is { id: number } =>
    typeof (answer as { id?: unknown } | null)?.id === 'number',
};

export function Begin() {
  const t = useWords(words);
  const format = useFormat();
  const [, navigate] = useLocation();
  const queries = useQueryClient();
  return (
    <Page title={t.title} lead={t.lead}>
      <Loaded query={useQuery(standingQuery)} height={14}>
        {({ refusal, maxBytes }) =>
          refusal ? (
            <Empty title={t.notHere}>
              <p>{refusal.message}</p>
            </Empty>
          ) : (
            <>
              <Drop
                taker={DATA}
                maxBytes={maxBytes}
                hint={`${t.kinds(format.bytes(maxBytes))} ${t.several}`}
                onSent={({ id }) => {
                  void queries.invalidateQueries({ queryKey: ['intake.waiting'] });
                  navigate(`/add/${id}`);
                }}
              />
              <Waiting />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
