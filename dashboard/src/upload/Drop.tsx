/** Takes files by choice or by dropping them, and sends them; what is under way can be cancelled. */
import { type DragEvent, useId, useState } from 'react';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { Refused } from '@/ui/Form';
import { Sending } from './Sending';
import css from './upload.module.css';
import { type Sendable, useSending } from './useSending';
import { words } from './words';

/** hint: what can be sent. */
export function Drop<T>({ hint, ...sendable }: Sendable<T> & { hint: string }) {
  const { isOne = false } = sendable;
  const t = useWords(words);
  const isOnline = useIsOnline();
  const id = useId();
  const [isOver, setOver] = useState(false);
  const { sending, problem, send, stop } = useSending(sendable);

  function onDrop(event: DragEvent) {
    event.preventDefault();
    setOver(false);
    if (isOnline && !sending) void send([...event.dataTransfer.files]);
  }
  if (sending) return <Sending sending={sending} onStop={stop} />;
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: who drops nothing has the input inside */}
      <div
        className={css.drop}
        data-over={isOver || undefined}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={onDrop}
      >
        <label className={css.choose} data-off={!isOnline || undefined}>
          {isOne ? t.chooseOne : t.choose}
          <input
            type="file"
            multiple={!isOne}
            className="visually-hidden"
            disabled={!isOnline}
            aria-describedby={id}
            onChange={({ target }) => {
              void send([...(target.files ?? [])]);
              target.value = '';
            }}
          />
        </label>
        <span className={css.or}>{isOver ? t.dropNow : isOne ? t.dropOne : t.drop}</span>
        <p id={id} className={css.hint}>
          {isOnline ? hint : t.offline}
        </p>
      </div>
      {problem && <Refused title={problem.title} problems={[problem.text]} />}
    </>
  );
}
