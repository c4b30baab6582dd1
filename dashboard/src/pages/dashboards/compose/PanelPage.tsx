/** One panel of the draft, opened to be changed. */
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Page } from '@/ui/Layouts';
import { words } from '../words';
import type { DraftPanel } from './draft';
import { PanelEditor } from './PanelEditor';

export function PanelPage({
  panel,
  onChange,
  onDone,
}: {
  panel: DraftPanel;
  onChange: (change: Partial<DraftPanel>) => void;
  onDone: () => void;
}) {
  const t = useWords(words);
  return (
    <Page
      title={t.panelTitle(panel.title)}
      actions={
        <Button look="primary" onClick={onDone}>
          {t.done}
        </Button>
      }
    >
      <PanelEditor panel={panel} onChange={onChange} />
    </Page>
  );
}
