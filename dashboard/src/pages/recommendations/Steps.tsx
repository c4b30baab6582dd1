/** Ways from one recommendation to its neighbours in the list, and back. */
import { Link } from 'wouter';
import { useWords } from '@/i18n/words';
import { Icon } from '@/ui/Icon';
import css from './recommendations.module.css';
import { words } from './words';

export function Steps({
  previous,
  next,
  back,
  place,
}: {
  previous: string | undefined;
  next: string | undefined;
  back: string;
  place: [number, string] | null;
}) {
  const t = useWords(words);
  return (
    <nav className={css.steps} aria-label={t.list}>
      <Link href={back} className={css.step ?? ''}>
        <Icon name="left" />
        {t.title}
      </Link>
      {place && <span className={css.place}>{t.place(place[0], place[1])}</span>}
      <Step href={previous} icon="left" label={t.previous} />
      <Step href={next} icon="right" label={t.next} />
    </nav>
  );
}

function Step({ href, icon, label }: { href: string | undefined; icon: string; label: string }) {
  const content = (
    <>
      <Icon name={icon} />
      <span className="visually-hidden">{label}</span>
    </>
  );
  return href ? (
    <Link href={href} className={css.step ?? ''} replace>
      {content}
    </Link>
  ) : (
    <span className={css.step} aria-hidden="true" data-none>
      <Icon name={icon} />
    </span>
  );
}
