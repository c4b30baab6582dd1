/** Loading, empty, failed and forbidden: every view has all four. */
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { failureOf } from '@/api/errors';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { byPlatform } from '@/session/clock';
import { useNow } from '@/ui/useNow';
import { Button } from './Button';
import css from './ui.module.css';
import { words } from './words';

/** height: of what will stand there, in rem, so that nothing moves when it arrives. */
export function Skeleton({ height }: { height: number }) {
  const t = useWords(words);
  return (
    <div className={css.skeleton} style={{ height: `${height}rem` }} role="status">
      <span className="visually-hidden">{t.loading}</span>
    </div>
  );
}

export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={css.state}>
      <h3>{title}</h3>
      {children}
    </div>
  );
}

export function Failed({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useWords(words);
  const [title, text] = sayFailure(error, t);
  return (
    <div className={css.state} role="alert">
      <h3>{title}</h3>
      <p>{text}</p>
      {onRetry && <Button onClick={onRetry}>{t.retry}</Button>}
    </div>
  );
}

export function sayFailure(error: unknown, t: (typeof words)['en']): [string, string] {
  const failure = failureOf(error);
  switch (failure.kind) {
    case 'offline':
      return [t.offlineTitle, t.offlineText];
    case 'anonymous':
      return [t.forbiddenTitle, ''];
    case 'forbidden':
      return [t.forbiddenTitle, failure.message];
    case 'absent':
      return [t.absentTitle, failure.message];
    case 'busy':
      return [t.busyTitle, t.busyText];
    case 'contended':
      return [t.busyTitle, failure.message];
    case 'fault':
      return [t.faultTitle, failure.requestId ? t.faultText(failure.requestId) : t.faultUnknown];
    default:
      return [t.faultTitle, failure.message];
  }
}

/**
 * What a query gave, or the state it is in; data that was kept on the device is shown with its age.
 *
 * height: of the skeleton, in rem. isEmpty, empty: what to show instead of nothing.
 */
export function Loaded<T>({
  query,
  height,
  isEmpty,
  empty,
  isAgeSaid = true,
  children,
}: {
  query: UseQueryResult<T, unknown>;
  height: number;
  /** False where the page says it once for all that it shows. */
  isAgeSaid?: boolean;
  isEmpty?: (data: T) => boolean;
  empty?: ReactNode;
  children: (data: T) => ReactNode;
}) {
  if (query.data === undefined) {
    return query.isError ? (
      <Failed error={query.error} onRetry={() => void query.refetch()} />
    ) : (
      <Skeleton height={height} />
    );
  }
  return (
    <>
      {query.isError && isAgeSaid && <SavedNote at={query.dataUpdatedAt} />}
      {isEmpty?.(query.data) ? empty : children(query.data)}
    </>
  );
}

/** at: when the data was read, in ms. */
export function SavedNote({ at }: { at: number }) {
  const t = useWords(words);
  const format = useFormat();
  return <p className={css.muted}>{t.savedData(format.ago(byPlatform(at), useNow()))}</p>;
}
