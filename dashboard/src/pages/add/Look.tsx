/** What was understood of a file, what can be answered otherwise, and the way on: each answer is looked at again. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { LookedAt } from '@/api/client';
import { failureOf } from '@/api/errors';
import { useWords } from '@/i18n/words';
import { Refused } from '@/ui/Form';
import { Failed, Skeleton } from '@/ui/States';
import { useSettled } from '@/ui/useSettled';
import { AskedBack } from './AskedBack';
import css from './add.module.css';
import type { Answers } from './answers';
import { Guesses } from './Guesses';
import { Lines } from './Lines';
import { LoadButton } from './LoadButton';
import { lookQuery } from './queries';
import { Understood } from './Understood';
import { words } from './words';

export function Look({ id }: { id: number }) {
  const t = useWords(words);
  const [answers, setAnswers] = useState<Answers>({});
  const query = useQuery(lookQuery({ id, ...useSettled(answers) }));
  const change = (next: Answers) => setAnswers({ ...answers, ...next });
  const { data, error } = query;
  const isLooking = query.isFetching || query.isPlaceholderData;
  return (
    <>
      <p className={css.status} role="status">
        {isLooking ? t.looking : ''}
      </p>
      {error ? (
        <Broken error={error} onRetry={() => void query.refetch()} />
      ) : data ? (
        <Found looked={data} onChange={change} />
      ) : (
        <Skeleton height={24} />
      )}
      {data && (
        <Guesses looked={data} answers={answers} isOpen={Boolean(data.refusal)} onChange={change} />
      )}
      {data?.table && !error && (
        <LoadButton
          id={id}
          answers={answers}
          dataset={answers.name?.trim() || data.table.dataset}
          isSettled={!isLooking}
        />
      )}
    </>
  );
}

function Found({ looked, onChange }: { looked: LookedAt; onChange: (answers: Answers) => void }) {
  const t = useWords(words);
  const { table, question, refusal } = looked;
  if (question) return <AskedBack question={question} onAnswer={onChange} />;
  if (refusal) return <Refused title={t.refusal} problems={[refusal.message]} />;
  return (
    table && (
      <>
        <Understood table={table} />
        <Lines table={table} />
      </>
    )
  );
}

/** What takes too much is refused without a word of why a person would know. */
function Broken({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  const t = useWords(words);
  return failureOf(error).kind === 'refused' ? (
    <Refused title={t.refusal} problems={[t.tooMuch]} />
  ) : (
    <Failed error={error} onRetry={onRetry} />
  );
}
