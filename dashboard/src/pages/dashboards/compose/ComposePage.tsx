/** Composing a dashboard: a new one, or one that is there. */
import { useQuery } from '@tanstack/react-query';
import { preloadCharts } from '@/charts';
import { useWords } from '@/i18n/words';
import { Page } from '@/ui/Layouts';
import { Failed, Skeleton } from '@/ui/States';
import { dashboardOf } from '../queries';
import { words } from '../words';
import { Composer } from './Composer';
import { draftOf, EMPTY } from './draft';

preloadCharts();

export default function ComposePage({ id }: { id: number | null }) {
  return id === null ? <Composer stored={null} start={EMPTY} /> : <Existing id={id} />;
}

function Existing({ id }: { id: number }) {
  const t = useWords(words);
  // What is changed must be what is there: nothing that was kept on the device.
  // Nor is what is being changed taken away where somebody else saved: the conflict is told when it is saved.
  const isNever = { refetchOnWindowFocus: false, refetchOnReconnect: false } as const;
  const query = useQuery({
    ...{ ...dashboardOf(id), ...isNever },
    ...{ staleTime: 0, refetchOnMount: 'always' },
  });
  if (query.data && (query.isFetchedAfterMount || query.isError)) {
    return (
      <Composer
        key={query.data.version}
        stored={query.data}
        start={draftOf(query.data)}
        reload={() => void query.refetch()}
      />
    );
  }
  return (
    <Page title={t.editTitle}>
      {query.isError ? (
        <Failed error={query.error} onRetry={() => void query.refetch()} />
      ) : (
        <Skeleton height={30} />
      )}
    </Page>
  );
}
