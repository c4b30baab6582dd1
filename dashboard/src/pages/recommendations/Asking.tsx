/** The dialogs of the inbox: at most one is open. */
import { useState } from 'react';
import { Link } from 'wouter';
import { useWords } from '@/i18n/words';
import { setPreferences, usePreferences } from '@/session/preferences';
import { Button } from '@/ui/Button';
import { CheckField } from '@/ui/CheckField';
import { Actions, Dialog } from '@/ui/Dialog';
import { words as uiWords } from '@/ui/words';
import { DismissForm } from './DismissForm';
import type { Shortfall, Wish } from './deciding';
import type { Question } from './question';
import css from './recommendations.module.css';
import { SnoozeForm } from './SnoozeForm';
import type { Told } from './told';
import { words } from './words';

export function Asking({
  question,
  targets,
  shortfall,
  onForget,
  onDecide,
  onClose,
}: {
  question: Question | null;
  targets: readonly Told[];
  shortfall: Shortfall | null;
  onForget: () => void;
  onDecide: (wish: Wish) => void;
  onClose: () => void;
}) {
  const t = useWords(words);
  // What was asked about stays the same while the list behind it is read again.
  const [of, setOf] = useState(targets.length);
  const [former, setFormer] = useState(question);
  if (former !== question) {
    setFormer(question);
    setOf(targets.length);
  }
  if (question === 'dismiss') {
    return (
      <Dialog title={t.dismissTitle(of)} onClose={onClose}>
        <DismissForm
          onDismiss={(reason) => onDecide({ kind: 'status', status: 'dismissed', reason })}
          onClose={onClose}
        />
      </Dialog>
    );
  }
  if (question === 'snooze') {
    return (
      <Dialog title={t.snoozeTitle(of)} onClose={onClose}>
        <SnoozeForm
          onSnooze={(until) =>
            onDecide({ kind: 'snooze', until: until.toISOString(), reason: null })
          }
          onClose={onClose}
        />
      </Dialog>
    );
  }
  if (question === 'help') return <Help onClose={onClose} />;
  return shortfall && <Failures shortfall={shortfall} onClose={onForget} />;
}

function Failures({ shortfall, onClose }: { shortfall: Shortfall; onClose: () => void }) {
  const t = useWords(words);
  const ui = useWords(uiWords);
  const { failed, done, of } = shortfall;
  return (
    <Dialog title={t.someFailed(failed.length, of)} onClose={onClose}>
      {of > 1 && <p>{t.someDone(done, of)}</p>}
      <ul className={css.failures}>
        {failed.map(({ key, problem, row }) => (
          <li key={key}>
            <Link href={`/recommendations/${row.id}`} onClick={onClose}>
              {row.title}
            </Link>
            <p>{problem?.kind === 'refused' ? t.refusedFor(problem.message) : t.lostRace}</p>
          </li>
        ))}
      </ul>
      <Actions>
        <Button look="primary" onClick={onClose}>
          {ui.close}
        </Button>
      </Actions>
    </Dialog>
  );
}

function Help({ onClose }: { onClose: () => void }) {
  const t = useWords(words);
  const ui = useWords(uiWords);
  const { hasShortcuts } = usePreferences();
  const keys: [string, string][] = [
    ['j ↓', t.keys.next],
    ['k ↑', t.keys.previous],
    ['x', t.keys.select],
    ['a', t.keys.accept],
    ['d', t.keys.dismiss],
    ['s', t.keys.snooze],
    ['Esc', t.keys.clear],
    ['?', t.keys.help],
  ];
  return (
    <Dialog title={t.helpTitle} onClose={onClose}>
      <p>{t.helpText}</p>
      <dl className={css.keys}>
        {keys.map(([key, what]) => (
          <div key={key}>
            <dt>
              {key.split(' ').map((each) => (
                <kbd key={each}>{each}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <CheckField
        label={t.shortcuts}
        checked={hasShortcuts}
        onChange={(event) => setPreferences({ hasShortcuts: event.target.checked })}
      />
      <Actions>
        <Button look="primary" onClick={onClose}>
          {ui.close}
        </Button>
      </Actions>
    </Dialog>
  );
}
