/** The panel itself, large, with ways on for all of it. */
import { useQuery } from '@tanstack/react-query';
import { useLocation, useSearch } from 'wouter';
import type { Panel } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Card, Row } from '@/ui/Layouts';
import { Loaded } from '@/ui/States';
import { say } from '@/ui/toasts';
import { download, exportOf } from '../exporting';
import { panelData } from '../queries';
import { askedOf, type Scope } from '../scope';
import { Freshness } from '../view/Freshness';
import { Notes } from '../view/Notes';
import { heightOf, PanelBody } from '../view/PanelBody';
import { words } from '../words';
import { searchOfWay, stepOfPanel } from './path';

export function TopLevel({ panel, scope }: { panel: Panel; scope: Scope }) {
  const t = useWords(words);
  const { language } = useFormat();
  const [path, navigate] = useLocation();
  const search = useSearch();
  const query = useQuery(panelData({ panelId: panel.id, ...askedOf(scope) }, panel.refreshS));
  const rows = () =>
    navigate(`${path}?${searchOfWay({ path: [], by: null, isRows: true }, search)}`);
  return (
    <Card>
      <Loaded query={query} height={heightOf(panel) + 6}>
        {(data) => (
          <>
            <PanelBody
              panel={panel}
              data={data}
              onSelect={(index) => {
                const row = data.rows[index];
                const step = row && stepOfPanel(panel.queryConfig, data.columns, row);
                if (!step) return say(t.noOneGroup);
                if (Object.keys(step).length === 0) return rows();
                const way = { path: [step], by: null, isRows: false };
                navigate(`${path}?${searchOfWay(way, search)}`);
              }}
            />
            <Notes data={data} />
            <Freshness
              data={data}
              readAt={query.dataUpdatedAt}
              isFailed={query.isError}
              refreshS={panel.refreshS}
            />
            <Row>
              <Button look="primary" onClick={rows}>
                {t.allRows}
              </Button>
              <Button
                onClick={() =>
                  download(
                    exportOf({ of: 'panel', panelId: panel.id, ...askedOf(scope) }, language),
                  )
                }
              >
                {t.download}
              </Button>
            </Row>
          </>
        )}
      </Loaded>
    </Card>
  );
}
