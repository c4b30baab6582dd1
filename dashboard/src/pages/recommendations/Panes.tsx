/** The list, and beside it on a wide screen, or in its place on a phone, one of its items. */
import type { ReactNode } from 'react';
import { useWords } from '@/i18n/words';
import { Page } from '@/ui/Layouts';
import { Empty } from '@/ui/States';
import { useIsWide } from '@/ui/useIsWide';
import { HelpButton } from './HelpButton';
import css from './recommendations.module.css';
import { words } from './words';

/** detail: null where no item is open. */
export function Panes({
  list,
  detail,
  onHelp,
}: {
  list: ReactNode;
  detail: ReactNode | null;
  onHelp: () => void;
}) {
  const t = useWords(words);
  const isWide = useIsWide();
  if (detail !== null && !isWide) return detail;
  return (
    <div className={css.split} data-open={detail !== null || undefined}>
      <div className={css.listPane}>
        {detail === null ? (
          <Page title={t.title} lead={t.lead} actions={<HelpButton onAsk={onHelp} />}>
            {list}
          </Page>
        ) : (
          <div className={css.stack}>{list}</div>
        )}
      </div>
      {isWide && <div className={css.detailPane}>{detail ?? <Nothing />}</div>}
    </div>
  );
}

function Nothing() {
  const t = useWords(words);
  return (
    <Empty title={t.choose}>
      <p>{t.chooseText}</p>
    </Empty>
  );
}
