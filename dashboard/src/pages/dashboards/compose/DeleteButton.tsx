import { useState } from 'react';
import { useLocation } from 'wouter';
import { api, type Dashboard } from '@/api/client';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Actions, Dialog } from '@/ui/Dialog';
import { useAction } from '@/ui/useAction';
import { words } from '../words';

export function DeleteButton({ dashboard, onGone }: { dashboard: Dashboard; onGone: () => void }) {
  const t = useWords(words);
  const [, navigate] = useLocation();
  const [isAsking, setAsking] = useState(false);
  const action = useAction({
    run: () => api.dashboards.delete.mutate({ id: dashboard.id }),
    done: t.dashboardDeleted(dashboard.name),
    touches: [['dashboards.list']],
    onDone: () => {
      onGone();
      navigate('/dashboards');
    },
  });
  return (
    <div>
      <Button look="danger" onClick={() => setAsking(true)}>
        {t.deleteDashboard}
      </Button>
      {isAsking && (
        <Dialog title={t.deleteTitle(dashboard.name)} onClose={() => setAsking(false)}>
          <p>{t.deleteText(dashboard.panels.length)}</p>
          <Actions>
            <Button look="danger" isBusy={action.isBusy} onClick={() => action.start(undefined)}>
              {t.deleteDashboard}
            </Button>
            <Button onClick={() => setAsking(false)}>{t.cancel}</Button>
          </Actions>
        </Dialog>
      )}
    </div>
  );
}
