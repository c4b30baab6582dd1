/** For who may not add data: who may. */
import { useQuery } from '@tanstack/react-query';
import { useWords } from '@/i18n/words';
import { Empty, Loaded } from '@/ui/States';
import { standingQuery } from './queries';
import { words } from './words';

export function WhoMay() {
  const t = useWords(words);
  return (
    <Loaded query={useQuery(standingQuery)} height={6}>
      {({ admins }) => (
        <Empty title={t.onlyAdmins}>
          <p>{admins.length > 0 ? t.onlyAdminsText(admins.join(', ')) : t.noAdmins}</p>
        </Empty>
      )}
    </Loaded>
  );
}
