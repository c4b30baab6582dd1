/** Models that read a dataset. */
import { useQuery } from '@tanstack/react-query';
import { useWords } from '@/i18n/words';
import { ModelBadges } from '@/pages/models/Badges';
import { groupsOf } from '@/pages/models/group';
import { modelsQuery } from '@/pages/models/queries';
import { Item, Items } from '@/ui/Items';
import { Empty, Loaded } from '@/ui/States';
import { words } from './words';

export function Readers({ name }: { name: string }) {
  const t = useWords(words);
  const query = useQuery(modelsQuery);
  const readers = groupsOf(query.data ?? [], { text: '', type: null, status: null }).filter(
    ({ shown }) => shown.dataset === name,
  );
  return (
    <Loaded
      query={query}
      height={16}
      isEmpty={() => readers.length === 0}
      empty={<Empty title={t.noReaders} />}
    >
      {() => (
        <Items label={t.reads}>
          {readers.map(({ name: model, shown }) => (
            <Item
              key={model}
              href={`/models/${shown.id}`}
              title={`${model} ${shown.version}`}
              badges={<ModelBadges type={shown.type} status={shown.status} />}
              note={shown.description}
            />
          ))}
        </Items>
      )}
    </Loaded>
  );
}
