/**
 * Subscriptions, by the browser's own EventSource, which reconnects by itself and names the last event it saw.
 * tRPC's link for them would be a twentieth of all that a phone loads before it shows anything.
 */
import { API_PATH } from './client';

interface Listener<T> {
  onData: (data: T) => void;
  /** Whether the stream is open; it may be lost and found again many times. */
  onOpen: (isOpen: boolean) => void;
}

/** path: of the procedure, such as `dashboard.live`. Returns what ends it. */
export function subscribe<T>(path: string, { onData, onOpen }: Listener<T>): () => void {
  const source = new EventSource(`${API_PATH}/${path}`);
  // An answer in tRPC's words follows: nameless events carry data, these two end the stream.
  const close = () => {
    source.close();
    onOpen(false);
  };
  source.addEventListener('connected', () => onOpen(true));
  source.addEventListener('serialized-error', close);
  source.addEventListener('return', close);
  source.addEventListener('error', () => onOpen(false));
  source.addEventListener('message', (event: MessageEvent<string>) => {
    onOpen(true);
    onData(JSON.parse(event.data) as T);
  });
  return () => source.close();
}
