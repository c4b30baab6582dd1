import { Component, type ReactNode } from 'react';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import css from '@/ui/ui.module.css';
import { words } from '@/ui/words';

/** What a page threw is shown in its place, with a way out; instead: what else to show there. */
export class ErrorBoundary extends Component<
  { children: ReactNode; instead?: ReactNode },
  { hasFailed: boolean }
> {
  override state = { hasFailed: false };

  static getDerivedStateFromError() {
    return { hasFailed: true };
  }

  override render() {
    const { children, instead = <Broken /> } = this.props;
    return this.state.hasFailed ? instead : children;
  }
}

function Broken() {
  const t = useWords(words);
  return (
    <div className={css.state} role="alert">
      <h2>{t.faultTitle}</h2>
      <p>{t.faultUnknown}</p>
      <Button look="primary" onClick={() => window.location.reload()}>
        {t.reload}
      </Button>
    </div>
  );
}
