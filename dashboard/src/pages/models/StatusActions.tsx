/** Promote, roll back and deprecate, each with its reason; and a new version. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation } from 'wouter';
import { api, type ModelDetail } from '@/api/client';
import { useWords } from '@/i18n/words';
import { Button, ButtonLink } from '@/ui/Button';
import { Confirm } from '@/ui/Confirm';
import { useAction } from '@/ui/useAction';
import { modelQuery, modelsQuery } from './queries';
import { words } from './words';

const CHANGES = ['promote', 'rollback', 'deprecate'] as const;
type Change = (typeof CHANGES)[number];
type Asked = { reason: string | null; force: boolean };
const TOUCHED = [['models.list'], ['models.get'], ['home.get']] as const;

export function StatusActions({ model }: { model: ModelDetail }) {
  const t = useWords(words);
  const [asked, setAsked] = useState<Change | null>(null);
  const hasFormer = useHasFormer(model);
  const offered: Record<Change, boolean> = {
    promote: model.status !== 'active' && model.lacks.length === 0,
    rollback: model.status === 'active' && hasFormer,
    deprecate: model.status === 'active',
  };
  return (
    <>
      {CHANGES.filter((change) => offered[change]).map((change) => (
        <Button
          key={change}
          look={change === 'deprecate' ? 'danger' : 'plain'}
          onClick={() => setAsked(change)}
        >
          {t[change]}
        </Button>
      ))}
      <ButtonLink href={`/models/new?from=${model.id}`}>{t.newVersion}</ButtonLink>
      {asked && <Ask model={model} change={asked} onClose={() => setAsked(null)} />}
    </>
  );
}

/** Whether rolling back leads anywhere: another version of the name was active once. */
function useHasFormer({ id, name }: ModelDetail): boolean {
  const { data = [] } = useQuery(modelsQuery);
  return data.some((each) => each.name === name && each.id !== id && each.status === 'deprecated');
}

/** Asked anew when the dialog opens: a backtest may have ended since the page was read. */
function useLacksBacktest(id: number): boolean {
  const { data } = useQuery({ ...modelQuery(id), refetchOnMount: 'always' });
  return data?.lacksBacktest ?? false;
}

function Ask({
  model: { id, name, version },
  change,
  onClose,
}: {
  model: ModelDetail;
  change: Change;
  onClose: () => void;
}) {
  const t = useWords(words);
  const [, navigate] = useLocation();
  const done = { promote: t.promoted, rollback: t.rolledBack, deprecate: t.deprecated }[change];
  const lacksBacktest = useLacksBacktest(id);
  const promoteText = lacksBacktest ? `${t.promoteText} ${t.promoteUnproved}` : t.promoteText;
  const text = { promote: promoteText, rollback: t.rollbackText, deprecate: t.deprecateText };
  const action = useAction({
    run: async ({ reason, force }: Asked): Promise<number> => {
      switch (change) {
        case 'promote':
          await api.models.promote.mutate({ id, reason, force });
          return id;
        case 'rollback':
          return (await api.models.rollback.mutate({ name, reason })).id;
        case 'deprecate':
          await api.models.updateStatus.mutate({ id, status: 'deprecated', reason });
          return id;
      }
    },
    done,
    touches: TOUCHED,
    onDone: (activeId) => {
      onClose();
      if (activeId !== id) navigate(`/models/${activeId}`);
    },
  });
  return (
    <Confirm
      title={`${t[change]}: ${name} ${version}`}
      text={text[change]}
      act={t[change]}
      reason={t.reason}
      force={change === 'promote' && lacksBacktest ? t.promoteForced : undefined}
      isDanger={change === 'deprecate'}
      isBusy={action.isBusy}
      problems={action.problemsOf('reason')}
      onConfirm={(reason, force) => action.start({ reason, force })}
      onClose={onClose}
    />
  );
}
