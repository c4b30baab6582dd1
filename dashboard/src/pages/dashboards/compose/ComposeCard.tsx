/** A panel among the others: what it shows, and the buttons that arrange it. */
import type { CSSProperties } from 'react';
import { useWords } from '@/i18n/words';
import { Problem } from '@/query/Problem';
import { Button } from '@/ui/Button';
import { Badge } from '@/ui/Layouts';
import css from '../dashboards.module.css';
import { words } from '../words';
import {
  COLUMNS,
  type Draft,
  type DraftPanel,
  duplicated,
  moved,
  NARROWEST,
  resized,
} from './draft';
import { Preview } from './Preview';

export function ComposeCard({
  panel,
  position,
  count,
  problems,
  setPanels,
  onEdit,
  onRemove,
}: {
  panel: DraftPanel;
  position: number;
  count: number;
  problems: readonly string[];
  setPanels: (change: (panels: Draft['panels']) => Draft['panels']) => void;
  onEdit: () => void;
  onRemove: () => void;
}) {
  const t = useWords(words);
  const { key, title, type, width } = panel;
  const of = (what: string) => `${what}: ${title}`;
  const move = (by: -1 | 1) => setPanels((panels) => moved(panels, key, by));
  const resize = (by: -1 | 1) => setPanels((panels) => resized(panels, key, by));
  return (
    <li className={css.panel} style={{ '--span': width } as CSSProperties} data-type={type}>
      <div className={css.panelHead}>
        <h2>{title}</h2>
        <Badge>{t.types[type]}</Badge>
      </div>
      {problems.length > 0 && <Problem>{problems.join(' ')}</Problem>}
      <Preview panel={panel} />
      <p className={css.small} aria-live="polite">
        {t.place(position + 1, count, width)}
      </p>
      <div className={css.tools}>
        <Button look="primary" aria-label={of(t.editPanel)} onClick={onEdit}>
          {t.editPanel}
        </Button>
        <Button aria-label={of(t.earlier)} disabled={position === 0} onClick={() => move(-1)}>
          ↑
        </Button>
        <Button aria-label={of(t.later)} disabled={position === count - 1} onClick={() => move(1)}>
          ↓
        </Button>
        <Button
          aria-label={of(t.narrower)}
          disabled={width <= NARROWEST}
          onClick={() => resize(-1)}
        >
          −
        </Button>
        <Button aria-label={of(t.wider)} disabled={width >= COLUMNS} onClick={() => resize(1)}>
          +
        </Button>
        <Button
          aria-label={of(t.duplicate)}
          onClick={() => setPanels((panels) => duplicated(panels, key, t.copyOf(title)))}
        >
          {t.duplicate}
        </Button>
        <Button look="danger" aria-label={of(t.remove)} onClick={onRemove}>
          {t.remove}
        </Button>
      </div>
    </li>
  );
}
