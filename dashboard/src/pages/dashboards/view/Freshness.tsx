import type { PanelData } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { byPlatform } from '@/session/clock';
import { Badge } from '@/ui/Layouts';
import { useNow } from '@/ui/useNow';
import css from '../dashboards.module.css';
import { words } from '../words';

// A clock that runs a little off, and an answer on its way, are not stale yet.
const GRACE_MS = 45_000;

/** As of when the data is; marked once it is older than it should be. */
export function Freshness({
  data,
  readAt,
  isFailed,
  refreshS,
}: {
  data: PanelData;
  readAt: number;
  isFailed: boolean;
  refreshS: number;
}) {
  const t = useWords(words);
  const format = useFormat();
  const isOld = useNow() - byPlatform(readAt) > refreshS * 2000 + GRACE_MS;
  return (
    <p className={css.small}>
      {(isFailed || isOld) && (
        <>
          <Badge tone="warn">{t.stale}</Badge>{' '}
        </>
      )}
      {t.asOf(format.dateTime(data.computedAt))}
      {data.dataTime && <> · {t.dataUntil(format.local(data.dataTime))}</>}
    </p>
  );
}
