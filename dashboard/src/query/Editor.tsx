/** The controls of a query, as a form or as JSON, beside what it gives. */
import type { ReactNode } from 'react';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Card } from '@/ui/Layouts';
import css from './query.module.css';
import { words } from './words';

export function Editor({
  title,
  head,
  isJson,
  onWay,
  preview,
  children,
}: {
  title?: string;
  head?: ReactNode;
  isJson: boolean;
  onWay: (isJson: boolean) => void;
  preview: ReactNode;
  children: ReactNode;
}) {
  const t = useWords(words);
  return (
    <div className={css.editor}>
      <Card title={title}>
        <div className={css.fields}>
          {head}
          <fieldset className={css.choice} aria-label={t.howToEdit}>
            <Button aria-pressed={!isJson} onClick={() => onWay(false)}>
              {t.asForm}
            </Button>
            <Button aria-pressed={isJson} onClick={() => onWay(true)}>
              {t.asJson}
            </Button>
          </fieldset>
          {children}
        </div>
      </Card>
      <div className={css.preview}>
        <Card title={t.preview}>{preview}</Card>
      </div>
    </div>
  );
}
