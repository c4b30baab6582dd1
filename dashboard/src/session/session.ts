/**
 * Who is signed in. The server's cookie decides; the device remembers the name and role of the last person,
 * so that what they have seen can be read without a network.
 */
import { useSyncExternalStore } from 'react';
import type { Role } from '@/api/client';
import { forgetSeen } from '@/offline/seen';

export interface User {
  id: number;
  name: string;
  role: Role;
}

export type Session =
  | { state: 'unknown' }
  | { state: 'anonymous' }
  // isConfirmed: false as long as only this device says so.
  | { state: 'signed-in'; user: User; isConfirmed: boolean };

const KEY = 'iop.user';
const listeners = new Set<() => void>();
let current: Session = remembered();

function remembered(): Session {
  const text = localStorage.getItem(KEY);
  return text
    ? { state: 'signed-in', user: JSON.parse(text) as User, isConfirmed: false }
    : { state: 'unknown' };
}

function change(session: Session) {
  current = session;
  for (const listener of listeners) listener();
}

/** Asks the server; without a network what the device remembers stays. */
export async function confirmSession(): Promise<void> {
  let answer: Response;
  try {
    answer = await fetch('/api/auth/me', { cache: 'no-store' });
  } catch {
    if (current.state === 'unknown') change({ state: 'anonymous' });
    return;
  }
  if (answer.status === 401) return endSession();
  if (!answer.ok) {
    if (current.state === 'unknown') change({ state: 'anonymous' });
    return;
  }
  await beginSession((await answer.json()) as User);
}

/** Whoever used this device before leaves nothing that this person could read. */
export async function beginSession(user: User): Promise<void> {
  const former = current.state === 'signed-in' ? current.user.id : null;
  if (former !== user.id) await forgetSeen({ exceptOf: user.id });
  localStorage.setItem(KEY, JSON.stringify(user));
  change({ state: 'signed-in', user, isConfirmed: true });
}

/** The server knows no session: what was seen in it goes, on this device too. */
export async function endSession(): Promise<void> {
  localStorage.removeItem(KEY);
  await forgetSeen({ keepUnsent: true });
  change({ state: 'anonymous' });
}

export async function signOut(): Promise<void> {
  const answer = await fetch('/api/auth/sign-out', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  });
  if (!answer.ok) throw new Error(`sign-out was refused with ${answer.status}`);
  localStorage.removeItem(KEY);
  await forgetSeen({});
  change({ state: 'anonymous' });
}

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useSession = () => useSyncExternalStore(subscribe, () => current);

/** For pages, which are shown to people who are signed in only. */
export function useUser(): User & { isAdmin: boolean } {
  const session = useSession();
  if (session.state !== 'signed-in') throw new Error('a page was shown to nobody');
  return { ...session.user, isAdmin: session.user.role === 'admin' };
}
