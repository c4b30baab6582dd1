/**
 * Who is signed in. The server's cookie decides; the device remembers the name and role of the last person,
 * so that what they have seen can be read without a network.
 *
 * A second cookie, which pages can read, says whose session the browser has: what one person left on the
 * device is not shown to another who came by a link, not even until the server has answered.
 */
import { useSyncExternalStore } from 'react';
import type { Role } from '@/api/client';
import { noteAnswer, noteSilence } from '@/offline/connection';
import { readJson, readNote, writeNote } from '@/offline/local';
import { claim, close, wipe } from '@/offline/store';
import { noteClock } from './clock';

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
// The mark of a session that was left without a network, and has to be ended at the server.
const LEFT = 'iop.left';
const MARK = /(?:^|; )iop_signed_in=([^;]*)/;
const listeners = new Set<() => void>();
let current: Session = remembered();

/** `<user id>.<session id>` of the session whose cookie the browser has; null if it has none. */
function mark(): string | null {
  return MARK.exec(document.cookie)?.[1] ?? null;
}

function isMarkOf(user: User): boolean {
  const given = mark();
  return given === null || given.split('.')[0] === String(user.id);
}

function remembered(): Session {
  const user = readJson<User>(KEY);
  return user && isUser(user) && isMarkOf(user)
    ? { state: 'signed-in', user, isConfirmed: false }
    : { state: 'unknown' };
}

function isUser(value: Partial<User>): value is User {
  return (
    typeof value.id === 'number' &&
    typeof value.name === 'string' &&
    (value.role === 'admin' || value.role === 'viewer')
  );
}

function change(session: Session) {
  current = session;
  for (const listener of listeners) listener();
}

// Who came with the page may be answered by what the browser has asked for ahead; see api/pages.py. That answer is as
// old as the page: it is taken once, and not where a session was left meanwhile. The others have another address.
const ME = '/api/auth/me';
let isFirst = true;

/** Asks the server; without a network what the device remembers stays. */
export async function confirmSession(): Promise<void> {
  const address = isFirst && readNote(LEFT) === null ? ME : `${ME}?now`;
  isFirst = false;
  const isLeft = await endLeftSession();
  if (isLeft) return change({ state: 'anonymous' });
  let answer: Response;
  try {
    answer = await fetch(address, {
      cache: 'no-store',
      signal: AbortSignal.timeout(15_000),
    });
  } catch {
    noteSilence();
    if (current.state === 'unknown') change({ state: 'anonymous' });
    return;
  }
  noteClock(answer.headers.get('date'));
  if (answer.status === 401) {
    noteAnswer();
    return endSession();
  }
  const user = answer.ok ? await userIn(answer) : null;
  if (user) {
    await beginSession(user);
    noteAnswer();
    return;
  }
  // Something answers, but not the platform: a proxy, or the sign-in page of a public network.
  noteSilence(true);
  if (current.state === 'unknown') change({ state: 'anonymous' });
}

async function userIn(answer: Response): Promise<User | null> {
  try {
    const user = (await answer.json()) as Partial<User>;
    return isUser(user) ? { id: user.id, name: user.name, role: user.role } : null;
  } catch {
    return null;
  }
}

/** Whoever used this device before leaves nothing that this person could read. */
export async function beginSession(user: User): Promise<void> {
  await claim(user.id);
  writeNote(KEY, JSON.stringify(user));
  const isSame =
    current.state === 'signed-in' &&
    current.isConfirmed &&
    JSON.stringify(current.user) === JSON.stringify(user);
  if (!isSame) change({ state: 'signed-in', user, isConfirmed: true });
}

/** The server knows no session: what was seen in it goes, on this device too. */
export async function endSession(): Promise<void> {
  writeNote(KEY, null);
  try {
    await close();
  } finally {
    change({ state: 'anonymous' });
  }
}

/** Leaves this device at once; the server hears of it now, or when it can be reached again. */
export async function signOut(): Promise<void> {
  writeNote(LEFT, mark() ?? '');
  writeNote(KEY, null);
  try {
    await wipe();
  } finally {
    change({ state: 'anonymous' });
  }
  await endLeftSession();
}

/** Whether the browser still holds a session that its owner has left; to be asked before a sign-in too. */
export async function endLeftSession(): Promise<boolean> {
  const left = readNote(LEFT);
  if (left === null) return false;
  if (left === (mark() ?? left) && !(await isEnded())) return true;
  writeNote(LEFT, null);
  return false;
}

async function isEnded(): Promise<boolean> {
  try {
    const answer = await fetch('/api/auth/sign-out', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    noteAnswer();
    return answer.ok;
  } catch {
    noteSilence();
    return false;
  }
}

/** Whether a change made now would be this person's in the server's eyes too. */
export function maySendAs(userId: number): boolean {
  return (
    current.state === 'signed-in' &&
    current.isConfirmed &&
    current.user.id === userId &&
    isMarkOf(current.user)
  );
}

// What another tab did counts here too.
window.addEventListener('storage', (event) => {
  if (event.key !== KEY && event.key !== null) return;
  const user = readJson<User>(KEY);
  if (!user || !isUser(user)) change({ state: 'anonymous' });
  else if (current.state !== 'signed-in' || current.user.id !== user.id) void confirmSession();
});

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const isSignedIn = () => current.state === 'signed-in';

/** Whether the server may have thought, when it sent the page, that somebody is signed in. */
export const hasMark = () => mark() !== null;

/** Who is signed in as far as is known now. */
export const userNow = () => (current.state === 'signed-in' ? current.user : null);

export const useSession = () => useSyncExternalStore(subscribe, () => current);

/** For pages, which are shown to people who are signed in only. */
export function useUser(): User & { isAdmin: boolean } {
  const session = useSession();
  if (session.state !== 'signed-in') throw new Error('a page was shown to nobody');
  return { ...session.user, isAdmin: session.user.role === 'admin' };
}
