/**
 * What a person chose goes with their account: a choice holds on this device at once, and then at the server,
 * from where their other devices take it. A choice that was not sent yet is not overwritten.
 */
import { useEffect } from 'react';
import { api } from '@/api/client';
import { onConnection } from '@/offline/connection';
import { isUnsent, noteSent, onChoice } from '@/session/choices';
import { preferences, setPreferences } from '@/session/preferences';
import { useSession } from '@/session/session';

export function SettingsSync({ userId }: { userId: number }) {
  const session = useSession();
  const isConfirmed = session.state === 'signed-in' && session.isConfirmed;
  useEffect(() => {
    if (!isConfirmed) return;
    const send = () => void push(userId);
    const ends = [onChoice(send), onConnection(send)];
    void (isUnsent(userId) ? push(userId) : pull());
    return () => {
      for (const end of ends) end();
    };
  }, [userId, isConfirmed]);
  return null;
}

async function push(userId: number) {
  if (!isUnsent(userId)) return;
  const sent = preferences();
  const { language, ownRegion: region, theme, timeZone } = sent;
  try {
    await api.settings.update.mutate({ language, region, theme, timeZone });
    if (preferences() === sent) noteSent();
  } catch {
    // The note stays, and the next connection or sign-in sends it.
  }
}

async function pull() {
  const before = preferences();
  try {
    const { language, region, instanceRegion, theme, timeZone } = await api.settings.get.query();
    // What was chosen while the answer was on its way is the newer choice.
    if (preferences() !== before) return;
    const isChosen = language ?? region ?? timeZone ?? (theme === 'system' ? null : theme);
    const chosen = { theme, ...(language && { language }), ...(timeZone && { timeZone }) };
    if (isChosen !== null) await setPreferences({ ...chosen, ownRegion: region, instanceRegion });
    else if (instanceRegion !== before.instanceRegion) await setPreferences({ instanceRegion });
  } catch {
    // What the device has holds until the server can be asked.
  }
}
