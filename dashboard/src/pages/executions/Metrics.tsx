/** What the runtime measured of its own work. */
import type { ExecutionDetail } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { Json } from '@/ui/Disclosure';
import { Facts } from '@/ui/Items';
import { Card, Row } from '@/ui/Layouts';
import { sayMetrics } from './metrics';
import { words } from './words';

export function Metrics({ execution }: { execution: ExecutionDetail }) {
  const t = useWords(words);
  const format = useFormat();
  if (!execution.metrics) return null;
  return (
    <Card title={t.metrics}>
      <Facts facts={sayMetrics(execution.metrics, t, format)} />
      <Row>
        <Json label={t.raw} value={execution.metrics} />
      </Row>
    </Card>
  );
}
