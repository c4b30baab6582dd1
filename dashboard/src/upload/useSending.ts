/** Files on their way to the server, several as one; whoever leaves the page ends it, until all was sent. */
import { useEffect, useRef, useState } from 'react';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { say } from '@/ui/toasts';
import { nameOfParts, pack } from './pack';
import { type Failure, type Taker, upload } from './upload';
import { words } from './words';

export interface OnItsWay {
  name: string;
  size: number;
  sent: number;
}

export interface Problem {
  title: string;
  text: string;
}

/** isOne: files that are sent together would make no sense, as of models. */
export interface Sendable<T> {
  taker: Taker<T>;
  maxBytes: number;
  isOne?: boolean;
  onSent: (taken: T) => void;
}

export function useSending<T>({ taker, maxBytes, isOne = false, onSent }: Sendable<T>) {
  const t = useWords(words);
  const format = useFormat();
  const [sending, setSending] = useState<OnItsWay | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const end = useRef<(() => boolean) | null>(null);
  useEffect(
    () => () => {
      end.current?.();
    },
    [],
  );
  // What it is told to may have changed while the file was on its way.
  const told = useRef(onSent);
  useEffect(() => {
    told.current = onSent;
  });

  function problemOf(files: readonly File[]): string | null {
    const empty = files.find(({ size }) => size === 0);
    if (empty) return t.isEmpty(empty.name);
    if (isOne && files.length > 1) return t.oneOnly;
    const packed = files.length > 1 && files.find(({ name }) => /\.zip$/i.test(name));
    if (packed) return t.zipAlone(packed.name);
    const size = files.reduce((sum, each) => sum + each.size, 0);
    if (size <= maxBytes) return null;
    const most = format.bytes(maxBytes);
    if (files.length > 1) return t.tooLargeTogether(most);
    return (isOne ? t.tooLargeWhole : t.tooLarge)(files[0]?.name ?? '', most);
  }
  async function send(files: readonly File[]) {
    const [first] = files;
    if (!first) return;
    const found = problemOf(files);
    setProblem(found === null ? null : { title: t.notSent, text: found });
    if (found) return;
    if (files.length === 1) return sendOne(first);
    let isStopped = false;
    end.current = () => {
      isStopped = true;
      return true;
    };
    const name = nameOfParts(files.map((each) => each.name));
    setSending({ name, size: files.reduce((sum, each) => sum + each.size, 0), sent: 0 });
    try {
      const packed = await pack(files);
      if (!isStopped) sendOne(packed);
    } catch {
      // A file was moved or changed after it was chosen, or what packs them could not be fetched.
      if (isStopped) return;
      setSending(null);
      setProblem({ title: t.notSent, text: t.notPacked });
    }
  }
  function sendOne(file: File) {
    setSending({ name: file.name, size: file.size, sent: 0 });
    end.current = upload(file, taker, {
      onProgress: (sent) => setSending({ name: file.name, size: file.size, sent }),
      onDone: (taken) => {
        setSending(null);
        told.current(taken);
      },
      onFailed: (failure) => {
        setSending(null);
        setProblem(sayFailure(failure, t));
      },
    });
  }
  function stop() {
    const isNothingKept = end.current?.() ?? true;
    setSending(null);
    say(isNothingKept ? t.stopped : t.mayBeKept);
  }
  return { sending, problem, send, stop };
}

export function sayFailure(failure: Failure, t: (typeof words)['en']): Problem {
  switch (failure.kind) {
    case 'refused':
      return { title: t.notSent, text: failure.message };
    case 'offline':
      return { title: t.notSent, text: t.offline };
    case 'from-another':
      return { title: t.notSent, text: t.fromAnother(failure.status) };
    case 'open':
      return { title: t.noAnswer, text: t.mayBeKept };
  }
}
