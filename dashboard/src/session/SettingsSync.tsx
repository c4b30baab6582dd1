/**
 * What a person chose goes with their account: a choice holds on this device at once, and then at the server,
 * from where their other devices take it. A choice that was not sent yet is not overwritten.
 */
import { useEffect } from 'react';
import { api } from '@/api/client';
import { onConnection } from '@/offline/connection';
import { readNote, writeNote } from '@/offline/local';
import { onChoice, preferences, setPreferences } from '@/session/preferences';
import { useSession } from '@/session/session';

const UNSENT = 'iop.preferences.unsent';

export function SettingsSync({ userId }: { userId: number }) {
  const session = useSession();
  const isConfirmed = session.state === 'signed-in' && session.isConfirmed;
  useEffect(() => {
    if (!isConfirmed) return;
    const send = () => void push(userId);
    const ends = [
      onChoice(() => {
        writeNote(UNSENT, String(userId));
        send();
      }),
      onConnection(send),
    ];
    void (readNote(UNSENT) === String(userId) ? push(userId) : pull());
    return () => {
      for (const end of ends) end();
    };
  }, [userId, isConfirmed]);
  return null;
}

async function push(userId: number) {
  if (readNote(UNSENT) !== String(userId)) return;
  const { language, theme, timeZone } = preferences();
  try {
    await api.settings.update.mutate({ language, theme, timeZone });
    writeNote(UNSENT, null);
  } catch {
    // The note stays, and the next connection or sign-in sends it.
  }
}

async function pull() {
  try {
    const { language, theme, timeZone } = await api.settings.get.query();
    const isChosen = language !== null || timeZone !== null || theme !== 'system';
    if (!isChosen) return;
    setPreferences({ theme, ...(language && { language }), ...(timeZone && { timeZone }) });
  } catch {
    // What the device has holds until the server can be asked.
  }
}
