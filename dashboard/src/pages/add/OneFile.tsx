/** One file that was sent: looked at until somebody loads it, and then on its way. */
import { useQuery } from '@tanstack/react-query';
import { useWords } from '@/i18n/words';
import { Refused } from '@/ui/Form';
import { Page } from '@/ui/Layouts';
import { Loaded } from '@/ui/States';
import { Look } from './Look';
import { isAsked, progressQuery } from './queries';
import { Way } from './Way';
import { words } from './words';

export function OneFile({ id }: { id: number }) {
  const t = useWords(words);
  const query = useQuery(progressQuery(id));
  return (
    <Page title={t.title} lead={query.data?.name}>
      <Loaded query={query} height={30}>
        {(progress) =>
          isAsked(progress) ? (
            <Way progress={progress} />
          ) : (
            <>
              {progress.refusal && (
                <Refused title={t.failed} problems={[progress.refusal.message]} />
              )}
              <Look id={id} />
            </>
          )
        }
      </Loaded>
    </Page>
  );
}
