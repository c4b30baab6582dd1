/**
 * What the first sight of a page does without: one chunk, fetched once the page stands. Nothing of it takes
 * room that was not kept for it.
 */

import { useZoneRules } from '@/i18n/useZoneRules';
import { useSending } from '@/offline/useOutbox';
import { usePreferences } from '@/session/preferences';
import { SettingsSync } from '@/session/SettingsSync';
import { useUser } from '@/session/session';
import { Toasts } from '@/ui/toasts';
import { UpdateNote } from './UpdateNote';
import { useAhead } from './useAhead';
import { useNews, useNewsAtOnce } from './useNews';

export { Leaving } from './Leaving';
export { UnsentBar } from './UnsentBar';

/** Whoever looks: a newer version, and what was done. */
export function Notes() {
  return (
    <>
      <UpdateNote />
      <Toasts />
    </>
  );
}

/** For whoever is signed in, out of sight. */
export function Background() {
  useSending();
  useNews();
  useNewsAtOnce();
  useAhead();
  useZoneRules(usePreferences().timeZone);
  return <SettingsSync userId={useUser().id} />;
}
