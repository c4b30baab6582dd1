/** Makes a dashboard of what there is, to look at and to change. */
import { useQueryClient } from '@tanstack/react-query';
import { useLocation } from 'wouter';
import { api, type SourceSchema } from '@/api/client';
import { inLanguage } from '@/i18n/answers';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { useIsOnline } from '@/offline/connection';
import { datasetNames, schemaOf } from '@/query/queries';
import { sourcesOf } from '@/query/sources';
import { Button } from '@/ui/Button';
import { useAction } from '@/ui/useAction';
import { words } from '../words';
import { exampleOf } from './example';

export function ExampleButton() {
  const t = useWords(words);
  const format = useFormat();
  const queries = useQueryClient();
  const isOnline = useIsOnline();
  const [, navigate] = useLocation();
  const sayStretch = ({ label, stretch }: SourceSchema) =>
    stretch && !stretch.isCurrent
      ? [t.exampleStretch(label, format.local(stretch.days.from), format.local(stretch.days.to))]
      : [];
  const action = useAction({
    run: async () => {
      const names = (await queries.fetchQuery(datasetNames)).map(({ name }) => name);
      const datasets = sourcesOf(names).slice(0, 2);
      const sources = datasets.length > 0 ? datasets : ['executions'];
      const schemas = await Promise.all(sources.map((name) => queries.fetchQuery(schemaOf(name))));
      return api.dashboards.save.mutate({
        name: t.exampleName,
        description: [t.exampleText, ...schemas.flatMap(sayStretch)].join(' '),
        panels: exampleOf(inLanguage(schemas, format), t.exampleTitle),
      });
    },
    touches: [['dashboards.list']],
    onDone: ({ id }) => navigate(`/dashboards/${id}`),
  });
  return (
    <Button
      look="primary"
      isBusy={action.isBusy}
      disabled={!isOnline}
      onClick={() => action.start(undefined)}
    >
      {t.example}
    </Button>
  );
}
