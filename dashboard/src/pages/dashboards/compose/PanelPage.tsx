/** One panel of the draft, opened to be changed. */
import { useState } from 'react';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Page } from '@/ui/Layouts';
import css from '../dashboards.module.css';
import { words } from '../words';
import type { DraftPanel } from './draft';
import { PanelEditor } from './PanelEditor';
import { type Steps, Undo } from './Undo';

export function PanelPage({
  panel,
  steps,
  onChange,
  onDone,
}: {
  panel: DraftPanel;
  steps: Steps;
  onChange: (change: Partial<DraftPanel>) => void;
  onDone: () => void;
}) {
  const t = useWords(words);
  // The fields are those of the step that is shown.
  const [turn, setTurn] = useState(0);
  const turned = (run: (() => void) | null) =>
    run &&
    (() => {
      run();
      setTurn((former) => former + 1);
    });
  return (
    <Page
      title={t.panelTitle(panel.title)}
      actions={
        <div className={css.tools}>
          <Undo undo={turned(steps.undo)} redo={turned(steps.redo)} />
          <Button look="primary" onClick={onDone}>
            {t.done}
          </Button>
        </div>
      }
    >
      <PanelEditor key={turn} panel={panel} onChange={onChange} />
    </Page>
  );
}
