/** Answers that change a form, which may have changed itself by the time they come. */
import { useLayoutEffect, useRef, useState } from 'react';

interface Now<S, T> {
  /** What was asked about, as what is the same value for as long as nobody changes it. */
  subject: S;
  use: (answer: T) => void;
}

/**
 * Gives an answer to the `use` of the moment in which it comes. Left out is what nobody waits for any more: the answer
 * to any question but the last, and to one about what was changed since by hand.
 */
export function takerOf<S, T>(now: () => Now<S, T>): (asked: Promise<T>) => Promise<void> {
  let last = 0;
  return async (asked) => {
    last += 1;
    const mine = last;
    const { subject } = now();
    const isAwaited = () => mine === last && now().subject === subject;
    try {
      const answer = await asked;
      if (isAwaited()) now().use(answer);
    } catch (error) {
      if (isAwaited()) throw error;
    }
  };
}

/** subject: a constant, where an answer adds to what there is and replaces nothing. */
export function useAnswers<S, T>(subject: S, use: (answer: T) => void) {
  const now = useRef<Now<S, T>>({ subject, use });
  useLayoutEffect(() => {
    now.current = { subject, use };
  });
  const [take] = useState(() => takerOf(() => now.current));
  return take;
}
