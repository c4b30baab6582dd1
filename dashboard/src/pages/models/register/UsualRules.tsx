import { useQueryClient } from '@tanstack/react-query';
import { api } from '@/api/client';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { type JsonObject, readObject, writeObject } from '@/ui/json';
import { Row } from '@/ui/Layouts';
import { useAction } from '@/ui/useAction';
import type { PartProps } from './part';
import { words } from './words';

/** Rules that the server would make by itself, to begin with. */
export function UsualRules({ draft, set }: Pick<PartProps, 'draft' | 'set'>) {
  const t = useWords(words);
  const queries = useQueryClient();
  const [inputSchema] = readObject(draft.inputSchema);
  const [outputSchema] = readObject(draft.outputSchema);
  const action = useAction({
    run: async (schemas: { inputSchema: JsonObject; outputSchema: JsonObject }) =>
      queries.fetchQuery({
        queryKey: ['models.validate', draft.type, schemas],
        queryFn: () =>
          api.models.validate.query({ ...schemas, name: 'usual-rules', type: draft.type }),
      }),
    onDone: ({ config }) => {
      if (config?.params) set({ moreParams: writeObject(config.params) });
    },
  });
  const isReady = draft.dataset !== '' && inputSchema !== null && outputSchema !== null;
  return (
    <Row>
      <Button
        disabled={!isReady}
        isBusy={action.isBusy}
        onClick={() => isReady && action.start({ inputSchema, outputSchema })}
      >
        {t.useDefaults}
      </Button>
    </Row>
  );
}
