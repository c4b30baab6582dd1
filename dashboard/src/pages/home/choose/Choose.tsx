/** Whose figures Home shows: a choice of the person, kept with their account. */
import { useQuery } from '@tanstack/react-query';
import { api } from '@/api/client';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { Button } from '@/ui/Button';
import { Actions, Dialog } from '@/ui/Dialog';
import { Muted } from '@/ui/Layouts';
import { Loaded } from '@/ui/States';
import { useAction } from '@/ui/useAction';
import { words as uiWords } from '@/ui/words';
import css from '../home.module.css';
import { words } from '../words';

const MOST = 200;

export default function Choose({
  current,
  onClose,
}: {
  current: number | null;
  onClose: () => void;
}) {
  const t = useWords(words);
  const ui = useWords(uiWords);
  const isOnline = useIsOnline();
  const query = useQuery({
    queryKey: ['dashboards.list', { limit: MOST }],
    queryFn: ({ signal }) => api.dashboards.list.query({ limit: MOST }, { signal }),
  });
  const choose = useAction({
    run: (id: number) => api.settings.update.mutate({ homeDashboard: id }),
    touches: [['home.figures']],
    onDone: onClose,
  });
  return (
    <Dialog title={t.chooseTitle} onClose={onClose}>
      <Loaded query={query} height={12}>
        {(found) => (
          <ul className={css.choices}>
            {found.map(({ id, name, description, panels }) => (
              <li key={id}>
                <button
                  type="button"
                  className={css.choice}
                  aria-pressed={id === current}
                  disabled={!isOnline || choose.isBusy || panels.length === 0}
                  onClick={() => choose.start(id)}
                >
                  <strong>{name}</strong>
                  <small>{panels.length === 0 ? t.withoutPanels : description}</small>
                </button>
              </li>
            ))}
          </ul>
        )}
      </Loaded>
      {!isOnline && <Muted>{ui.needsNetwork}</Muted>}
      <Actions>
        <Button onClick={onClose}>{ui.cancel}</Button>
      </Actions>
    </Dialog>
  );
}
