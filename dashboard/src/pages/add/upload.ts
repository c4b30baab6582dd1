/** Sends a file as it is, and tells how far it is; fetch tells nothing of what was sent. */
import { told } from '@/api/errors';
import { noteAnswer, noteSilence } from '@/offline/connection';
import { confirmSession } from '@/session/session';

export interface Uploaded {
  id: number;
}

interface Listener {
  onProgress: (sent: number) => void;
  onDone: (uploaded: Uploaded) => void;
  /** message: why the server refused it; null where nobody answered. */
  onFailed: (message: string | null) => void;
}

/** Returns what ends it: the server then keeps nothing. */
export function upload(file: File, { onProgress, onDone, onFailed }: Listener): () => void {
  const request = new XMLHttpRequest();
  request.open('POST', `/api/uploads?name=${encodeURIComponent(file.name)}`);
  request.setRequestHeader('content-type', 'application/octet-stream');
  request.responseType = 'json';
  request.upload.addEventListener('progress', ({ loaded }) => onProgress(loaded));
  request.addEventListener('error', () => {
    noteSilence();
    onFailed(null);
  });
  request.addEventListener('load', () => {
    const answer: unknown = request.response;
    if (request.status === 201 && isUploaded(answer)) {
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

const isUploaded = (answer: unknown): answer is Uploaded =>
  typeof answer === 'object' && answer !== null && typeof (answer as Uploaded).id === 'number';

/** Of a refusal in the shape that all of the API has; null for what is not the platform's. */
export function messageIn(answer: unknown): string | null {
  const error = (answer as { error?: { message?: unknown; data?: object } } | null)?.error;
  if (typeof error?.message !== 'string') return null;
  return told(error.data ?? {}).message ?? error.message;
}
