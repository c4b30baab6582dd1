/** What can be done with a panel: a list of buttons that opens below its own. */
import { type FocusEvent, type ReactNode, useId, useRef, useState } from 'react';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Icon } from '@/ui/Icon';
import css from '../dashboards.module.css';
import { words } from '../words';

export function PanelMenu({ title, children }: { title: string; children: ReactNode }) {
  const t = useWords(words);
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  const onBlur = (event: FocusEvent) => {
    if (!box.current?.contains(event.relatedTarget)) setOpen(false);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the buttons inside are what is pressed
    <div
      ref={box}
      className={css.menu}
      onBlur={onBlur}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !isOpen) return;
        setOpen(false);
        box.current?.querySelector('button')?.focus();
      }}
    >
      <Button
        look="quiet"
        aria-label={t.menuOf(title)}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        <Icon name="more" />
      </Button>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: whichever button was pressed, the list has done its work */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: see above */}
      <div id={id} className={css.menuList} hidden={!isOpen} onClick={() => setOpen(false)}>
        {children}
      </div>
    </div>
  );
}
