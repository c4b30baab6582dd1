/** Single keys that do something, unless one is writing, has a dialog open, or has turned them off. */
import { useEffect, useRef } from 'react';
import { usePreferences } from '@/session/preferences';

const WRITING = 'input:not([type="checkbox"]), textarea, select, [contenteditable]';

const NAMES: Record<string, string> = { ArrowDown: 'down', ArrowUp: 'up', Escape: 'escape' };

export function useShortcuts(keys: Readonly<Record<string, () => unknown>>) {
  const { hasShortcuts } = usePreferences();
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    if (!hasShortcuts) return;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest(WRITING) || document.querySelector('dialog[open]')) return;
      // Arrows move inside of a chart or table that has the focus.
      if (event.key.startsWith('Arrow') && target?.closest('figure, [tabindex="0"]')) return;
      const act = latest.current[NAMES[event.key] ?? event.key];
      if (!act) return;
      event.preventDefault();
      act();
    };
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, [hasShortcuts]);
}
