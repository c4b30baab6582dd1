/** Pause, resume, edit and delete. */
import { useState } from 'react';
import { useLocation } from 'wouter';
import { api, type TemplateDetail } from '@/api/client';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { Button, ButtonLink } from '@/ui/Button';
import { Confirm } from '@/ui/Confirm';
import { useAction } from '@/ui/useAction';
import { words as uiWords } from '@/ui/words';
import { words } from './words';

const TOUCHED = [['reports.list'], ['reports.get']] as const;

export function TemplateActions({
  template: { id, name, status, pauseCause },
}: {
  template: TemplateDetail;
}) {
  const t = useWords(words);
  const ui = useWords(uiWords);
  const isOnline = useIsOnline();
  const [, navigate] = useLocation();
  const [isAsked, setIsAsked] = useState(false);
  const isActive = status === 'active';
  const isOrphan = pauseCause === 'author';
  const turn = useAction({
    run: () => {
      if (isActive) return api.reports.pause.mutate({ id });
      return isOrphan ? api.reports.takeOver.mutate({ id }) : api.reports.resume.mutate({ id });
    },
    done: isActive ? t.paused : t.resumed,
    touches: TOUCHED,
  });
  const remove = useAction({
    run: () => api.reports.delete.mutate({ id }),
    done: t.removed,
    touches: [['reports.list']],
    onDone: () => navigate('/reports'),
  });
  return (
    <>
      <Button
        isBusy={turn.isBusy}
        disabled={!isOnline}
        title={isOnline ? undefined : ui.needsNetwork}
        onClick={() => turn.start()}
      >
        {isActive ? t.pause : isOrphan ? t.takeOver : t.resume}
      </Button>
      <ButtonLink href={`/reports/${id}/edit`}>{t.edit}</ButtonLink>
      <Button look="danger" onClick={() => setIsAsked(true)}>
        {t.remove}
      </Button>
      {isAsked && (
        <Confirm
          title={`${t.remove}${ui.colon}${name}`}
          text={t.removeText}
          act={t.remove}
          isDanger
          isBusy={remove.isBusy}
          onConfirm={() => remove.start()}
          onClose={() => setIsAsked(false)}
        />
      )}
    </>
  );
}
