/** Deliveries of which nothing was prepared, with the reason; admins may take one all the same. */
import { useState } from 'react';
import { api, type Unprepared as Delivery } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { sayPeriod } from '@/i18n/period';
import { useWords } from '@/i18n/words';
import { useUser } from '@/session/session';
import { Button, ButtonLink } from '@/ui/Button';
import { Confirm } from '@/ui/Confirm';
import { Row } from '@/ui/Layouts';
import { useAction } from '@/ui/useAction';
import css from './datasets.module.css';
import { words } from './words';

const TOUCHED = [
  ['datasets.get'],
  ['datasets.list'],
  ['datasets.runs'],
  ['home.get'],
  ['notifications.list'],
] as const;

export function Unprepared({ deliveries }: { deliveries: readonly Delivery[] }) {
  const t = useWords(words);
  if (deliveries.length === 0) return null;
  return (
    <section className={css.refused} aria-label={t.unprepared}>
      <h2>{t.unprepared}</h2>
      <ul>
        {deliveries.map((delivery) => (
          <Entry key={delivery.versionId} delivery={delivery} />
        ))}
      </ul>
    </section>
  );
}

function Entry({ delivery }: { delivery: Delivery }) {
  const t = useWords(words);
  const format = useFormat();
  const { isAdmin } = useUser();
  const { dataset, versionId, windowStart, windowEnd, isRefused, reason } = delivery;
  const period = sayPeriod(windowStart, windowEnd, format, t.span);
  return (
    <li>
      <p>
        <strong>{period}</strong> {reason}
      </p>
      {isRefused && (
        <Row>
          <ButtonLink
            href={`/datasets/${encodeURIComponent(dataset)}?tab=rejected&version=${versionId}`}
          >
            {t.rejected}
          </ButtonLink>
          {isAdmin && <Accept delivery={delivery} period={period} />}
        </Row>
      )}
    </li>
  );
}

function Accept({ delivery, period }: { delivery: Delivery; period: string }) {
  const t = useWords(words);
  const format = useFormat();
  const [isAsked, setAsked] = useState(false);
  const { versionId, usablePct } = delivery;
  const action = useAction({
    run: (id: number) => api.datasets.accept.mutate({ versionId: id }),
    done: t.accepted,
    touches: TOUCHED,
    onDone: () => setAsked(false),
  });
  return (
    <>
      <Button onClick={() => setAsked(true)}>{t.accept}</Button>
      {isAsked && (
        <Confirm
          title={`${t.accept}: ${period}`}
          text={t.acceptText(format.number(Math.round((usablePct ?? 0) * 10) / 10))}
          act={t.accept}
          isBusy={action.isBusy}
          onConfirm={() => action.start(versionId)}
          onClose={() => setAsked(false)}
        />
      )}
    </>
  );
}
