/** Ways to the pages that have no place in the bar of a phone. */
import { Link } from 'wouter';
import { PLACES } from '@/app/places';
import { words } from '@/app/words';
import { useWords } from '@/i18n/words';
import { useUser } from '@/session/session';
import { Icon } from '@/ui/Icon';
import { Page } from '@/ui/Layouts';
import css from './more.module.css';

export default function More() {
  const t = useWords(words);
  const { isAdmin } = useUser();
  const places = PLACES.filter((place) => !place.isMain && (isAdmin || !place.isAdmin));
  return (
    <Page title={t.more}>
      <ul className={css.list}>
        {places.map((place) => (
          <li key={place.path}>
            <Link href={place.path} className={css.item ?? ''}>
              <Icon name={place.icon} />
              {t[place.word] as string}
            </Link>
          </li>
        ))}
        <li>
          <a href="/dagster/" className={css.item}>
            <Icon name="run" />
            {t.operate}
          </a>
        </li>
        <li>
          <a href="/api/v1/docs" className={css.item}>
            <Icon name="page" />
            {t.apiDocs}
          </a>
        </li>
      </ul>
    </Page>
  );
}
