import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Icon } from '@/ui/Icon';
import css from './recommendations.module.css';
import { words } from './words';

export function HelpButton({ onAsk }: { onAsk: () => void }) {
  const t = useWords(words);
  return (
    <span className={css.forKeyboards}>
      <Button look="quiet" onClick={onAsk}>
        <Icon name="keyboard" />
        {t.help}
      </Button>
    </span>
  );
}
