/** Rows that were refused, each as it stood, with the reason. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Json } from '@/ui/Disclosure';
import { useAddress } from '@/ui/Filters';
import { Badge, Card, Muted, Row } from '@/ui/Layouts';
import { Empty, Loaded } from '@/ui/States';
import { words as uiWords } from '@/ui/words';
import css from './datasets.module.css';
import { rejectedQuery } from './queries';
import { words } from './words';

const STEP = 50;
const MOST = 1000;

export function Rejected({ name }: { name: string }) {
  const t = useWords(words);
  const ui = useWords(uiWords);
  const format = useFormat();
  const [read, change] = useAddress();
  const versionId = Number(read('version')) || null;
  const [limit, setLimit] = useState(STEP);
  const query = useQuery(rejectedQuery(name, versionId, limit));
  return (
    <Card
      title={t.rejected}
      aside={
        versionId !== null && (
          <Button look="quiet" onClick={() => change('version', '')}>
            {t.showAll}
          </Button>
        )
      }
    >
      {versionId !== null && <Muted>{t.ofVersion}</Muted>}
      <Loaded
        query={query}
        height={20}
        isEmpty={(rows) => rows.length === 0}
        empty={
          <Empty title={t.noRejected}>
            <p>{t.noRejectedText}</p>
          </Empty>
        }
      >
        {(rows) => (
          <>
            <ul>
              {rows.map((each) => (
                <li key={each.id} className={css.rejected}>
                  <p>{each.reason}</p>
                  <Row>
                    <Badge>{`${t.stepOf} ${each.step}`}</Badge>
                    <Badge>{`${t.drmRun} ${format.number(each.drmRunId)}`}</Badge>
                  </Row>
                  <Json label={t.row} value={each.row} />
                </li>
              ))}
            </ul>
            {rows.length === limit && limit < MOST && (
              <Row>
                <Button onClick={() => setLimit(limit + STEP)}>{ui.more}</Button>
              </Row>
            )}
          </>
        )}
      </Loaded>
    </Card>
  );
}
