/** Checking and registering a model, and what the server refused of it. */
import { useState } from 'react';
import { useLocation } from 'wouter';
import { api, type NewModel } from '@/api/client';
import type { Issue } from '@/api/errors';
import { useWords } from '@/i18n/words';
import { say } from '@/ui/toasts';
import { useAction } from '@/ui/useAction';
import { words } from './words';

/** Both ways hold the same model; each is told what the server refused of it. */
export interface Way {
  isBusy: boolean;
  issues: readonly Issue[];
  /** What was refused as a whole. */
  message: string | null;
  check: (input: NewModel) => void;
  register: (input: NewModel) => void;
}

export function useWay(): Way {
  const t = useWords(words);
  const [, navigate] = useLocation();
  const [found, setFound] = useState<readonly Issue[]>([]);
  const check = useAction({
    run: (input: NewModel) => api.models.validate.query(input),
    onDone: ({ isValid, issues }) => {
      setFound(issues);
      if (isValid) say(t.valid);
    },
  });
  const register = useAction({
    run: (input: NewModel) => api.models.create.mutate(input),
    done: t.registered,
    touches: [['models.list'], ['home.get']],
    onDone: ({ id }) => navigate(`/models/${id}`),
  });
  // Of the two at most one has been asked since the other was reset.
  const failure = register.failure ?? check.failure;
  const refused = [...register.issues, ...check.issues];
  return {
    isBusy: check.isBusy || register.isBusy,
    issues: refused.length > 0 ? refused : found,
    message: failure && 'message' in failure && refused.length === 0 ? failure.message : null,
    check: (input) => {
      register.reset();
      setFound([]);
      check.start(input);
    },
    register: (input) => {
      check.reset();
      setFound([]);
      register.start(input);
    },
  };
}
