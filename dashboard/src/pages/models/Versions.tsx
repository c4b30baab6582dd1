/** Versions of the same name, and who changed the status of this one, when and why. */
import { useQuery } from '@tanstack/react-query';
import type { ModelDetail } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Item, Items } from '@/ui/Items';
import { Card } from '@/ui/Layouts';
import { Loaded } from '@/ui/States';
import { ModelBadges } from './Badges';
import css from './models.module.css';
import { modelsQuery } from './queries';
import { words } from './words';

export function Versions({ model }: { model: ModelDetail }) {
  const t = useWords(words);
  const format = useFormat();
  const query = useQuery(modelsQuery);
  return (
    <>
      <Loaded query={query} height={12}>
        {(models) => (
          <Items label={t.versions}>
            {models
              .filter(({ name }) => name === model.name)
              .map((each) => (
                <Item
                  key={each.id}
                  href={`/models/${each.id}?tab=versions`}
                  title={each.version}
                  badges={<ModelBadges status={each.status} />}
                  note={each.id === model.id ? t.thisVersion : each.description}
                  facts={[{ label: t.created, value: format.dateTime(each.createdAt) }]}
                />
              ))}
          </Items>
        )}
      </Loaded>
      <Card title={t.events}>
        <ol className={css.events}>
          {[...model.events].reverse().map((event) => (
            <li key={event.id}>
              <time dateTime={event.createdAt}>{format.dateTime(event.createdAt)}</time>
              <span>
                {t.eventTo(t.statuses[event.statusAfter])}
                {event.actorName !== null && ` ${t.by(event.actorName)}`}
              </span>
              {event.reason && <q>{event.reason}</q>}
            </li>
          ))}
        </ol>
      </Card>
    </>
  );
}
