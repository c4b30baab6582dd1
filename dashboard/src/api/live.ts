/**
 * Subscriptions, by the browser's own EventSource, which reconnects by itself and names the last event it saw.
 * tRPC's link for them would be a twentieth of all that a phone loads before it shows anything.
 */
import { confirmSession, isSignedIn } from '@/session/session';
import { API_PATH } from './client';

const FIRST_WAIT_MS = 1000;
const LAST_WAIT_MS = 60_000;

interface Listener<T> {
  onData: (data: T) => void;
  /** Whether the stream is open; it may be lost and found again many times. */
  onOpen: (isOpen: boolean) => void;
}

/** path: of the procedure, such as `dashboard.live`. Returns what ends it. */
export function subscribe<T>(path: string, { onData, onOpen }: Listener<T>): () => void {
  let source: EventSource;
  let wait = FIRST_WAIT_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isEnded = false;

  function open() {
    source = new EventSource(`${API_PATH}/${path}`);
    const own = source;
    source.addEventListener('connected', () => onOpen(true));
    source.addEventListener('message', (event: MessageEvent<string>) => {
      wait = FIRST_WAIT_MS;
      onOpen(true);
      onData(JSON.parse(event.data) as T);
    });
    // An answer in tRPC's words: nameless events carry data, these two end the stream.
    source.addEventListener('serialized-error', () => void openAgain(own));
    source.addEventListener('return', () => void openAgain(own));
    source.addEventListener('error', () => {
      onOpen(false);
      // What was refused, the browser does not ask for again by itself.
      if (own.readyState === EventSource.CLOSED) void openAgain(own);
    });
  }

  /** Most often the session has ended, which leads to the sign-in; whoever has one still is served again. */
  async function openAgain(former: EventSource) {
    former.close();
    onOpen(false);
    await confirmSession();
    if (isEnded || former !== source || !isSignedIn()) return;
    clearTimeout(timer);
    timer = setTimeout(open, wait);
    wait = Math.min(wait * 2, LAST_WAIT_MS);
  }

  open();
  return () => {
    isEnded = true;
    clearTimeout(timer);
    source.close();
  };
}
