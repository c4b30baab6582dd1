/** Sends a file as it is, and tells how far it is; fetch tells nothing of what was sent. */
import { told } from '@/api/errors';
import { noteAnswer, noteSilence } from '@/offline/connection';
import { confirmSession } from '@/session/session';

/** Where a kind of file is sent, and what is answered where it was taken. */
export interface Taker<T> {
  path: string;
  isTaken: (answer: unknown) => answer is T;
}

/** Why a file is not known to be taken. */
export type Failure =
  | { kind: 'refused'; message: string }
  | { kind: 'offline' }
  // Who answered is not the platform, such as a proxy with bounds of its own.
  | { kind: 'from-another'; status: number }
  // All was sent, and no answer of the platform came: it may go on, and keep the file.
  | { kind: 'open' };

interface Listener<T> {
  onProgress: (sent: number) => void;
  onDone: (taken: T) => void;
  onFailed: (failure: Failure) => void;
}

/** Returns what ends it here, and tells whether the server keeps nothing: once all was sent, it goes on. */
export function upload<T>(
  file: File,
  { path, isTaken }: Taker<T>,
  { onProgress, onDone, onFailed }: Listener<T>,
): () => boolean {
  const request = new XMLHttpRequest();
  request.open('POST', `${path}?name=${encodeURIComponent(file.name)}`);
  request.setRequestHeader('content-type', 'application/octet-stream');
  request.responseType = 'json';
  request.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded));
  let isSent = false;
  request.upload.addEventListener('load', () => {
    isSent = true;
  });
  request.addEventListener('error', () => {
    noteSilence();
    onFailed({ kind: isSent ? 'open' : 'offline' });
  });
  request.addEventListener('load', () => {
    const answer: unknown = request.response;
    if (request.status === 201 && isTaken(answer)) {
      noteAnswer();
      onDone(answer);
      return;
    }
    if (request.status === 401) void confirmSession();
    onFailed(failureOf(request.status, answer));
  });
  request.send(file);
  return () => {
    request.abort();
    return !isSent;
  };
}

function failureOf(status: number, answer: unknown): Failure {
  const message = messageIn(answer);
  if (message !== null) return { kind: 'refused', message };
  // A proxy that waited long enough, or lost the platform on the way.
  return status >= 500 ? { kind: 'open' } : { kind: 'from-another', status };
}

/** Of a refusal in the shape that all of the API has; null for what is not the platform's. */
export function messageIn(answer: unknown): string | null {
  const error = (answer as { error?: { message?: unknown; data?: object } } | null)?.error;
  if (typeof error?.message !== 'string') return null;
  return told(error.data ?? {}).message ?? error.message;
}
