/** Sends a file as it is, and tells how far it is; fetch tells nothing of what was sent. */
import { told } from '@/api/errors';
import { noteAnswer, noteSilence } from '@/offline/connection';
import { confirmSession } from '@/session/session';

/** Where a kind of file is sent, and what is answered where it was taken. */
export interface Taker<T> {
  path: string;
  isTaken: (answer: unknown) => answer is T;
}

interface Listener<T> {
  onProgress: (sent: number) => void;
  onDone: (taken: T) => void;
  /** message: why the server refused it; null where nobody answered. */
  onFailed: (message: string | null) => void;
}

/** Returns what ends it: the server then keeps nothing. */
export function upload<T>(
  file: File,
  { path, isTaken }: Taker<T>,
  { onProgress, onDone, onFailed }: Listener<T>,
): () => void {
  const request = new XMLHttpRequest();
  request.open('POST', `${path}?name=${encodeURIComponent(file.name)}`);
  request.setRequestHeader('content-type', 'application/octet-stream');
  request.responseType = 'json';
  request.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded));
  request.addEventListener('error', () => {
    noteSilence();
    onFailed(null);
  });
  request.addEventListener('load', () => {
    const answer: unknown = request.response;
    if (request.status === 201 && isTaken(answer)) {
      noteAnswer();
      onDone(answer);
      return;
    }
    if (request.status === 401) void confirmSession();
    onFailed(messageIn(answer));
  });
  request.send(file);
  return () => request.abort();
}

/** Of a refusal in the shape that all of the API has; null for what is not the platform's. */
export function messageIn(answer: unknown): string | null {
  const error = (answer as { error?: { message?: unknown; data?: object } } | null)?.error;
  if (typeof error?.message !== 'string') return null;
  return told(error.data ?? {}).message ?? error.message;
}
