/** One file on its way to the server; it ends with the page that sends it. */
import { useEffect, useRef, useState } from 'react';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { say } from '@/ui/toasts';
import { upload } from './upload';
import { words } from './words';

export interface OnItsWay {
  name: string;
  size: number;
  sent: number;
}

export function useSending(maxBytes: number, onSent: (id: number) => void) {
  const t = useWords(words);
  const format = useFormat();
  const [sending, setSending] = useState<OnItsWay | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const end = useRef<(() => void) | null>(null);
  useEffect(() => () => end.current?.(), []);

  function problemOf(files: readonly File[]): string | null {
    const [file] = files;
    if (!file || files.length > 1) return t.oneOnly;
    if (file.size === 0) return t.isEmpty(file.name);
    return file.size > maxBytes ? t.tooLarge(file.name, format.bytes(maxBytes)) : null;
  }
  function send(files: readonly File[]) {
    const [file] = files;
    if (!file) return;
    const found = problemOf(files);
    setProblem(found);
    if (found) return;
    setSending({ name: file.name, size: file.size, sent: 0 });
    end.current = upload(file, {
      onProgress: (sent) => setSending({ name: file.name, size: file.size, sent }),
      onDone: ({ id }) => onSent(id),
      onFailed: (message) => {
        setSending(null);
        setProblem(message ?? t.offline);
      },
    });
  }
  function stop() {
    end.current?.();
    setSending(null);
    say(t.stopped);
  }
  return { sending, problem, send, stop };
}
