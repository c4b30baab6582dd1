/** A model's own file: sent from here, what it takes and gives, and which measures it is given. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { StoredFile } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { standingQuery } from '@/pages/add/queries';
import { Group } from '@/ui/Form';
import { Muted } from '@/ui/Layouts';
import { Failed, Loaded } from '@/ui/States';
import { Table } from '@/ui/Table';
import { Drop } from '@/upload/Drop';
import type { Taker } from '@/upload/upload';
import { fileQuery } from '../queries';
import { mappingOf, withFile, withMeasures } from './mapping';
import { OutputField } from './OutputField';
import { Picks } from './Picks';
import type { PartProps } from './part';
import { words } from './words';

const MODEL: Taker<StoredFile> = {
  path: '/api/uploads/models',
  isTaken: (answer): answer is StoredFile =>
    typeof (answer as { checksum?: unknown } | null)?.checksum === 'string',
};

export function OnnxFile({ draft, set, problemsAt }: Omit<PartProps, 'runtimes'>) {
  const t = useWords(words);
  const format = useFormat();
  const queries = useQueryClient();
  const file = useQuery(fileQuery(draft.params.checksum ?? ''));
  return (
    <Group legend={t.file}>
      <Loaded query={useQuery(standingQuery)} height={8}>
        {({ maxBytes }) => (
          <Drop
            taker={MODEL}
            maxBytes={maxBytes}
            isOne
            hint={t.fileHint(format.bytes(maxBytes))}
            onSent={(sent) => {
              queries.setQueryData(fileQuery(sent.checksum).queryKey, sent);
              set(withFile(sent, draft));
            }}
          />
        )}
      </Loaded>
      {file.error && <Failed error={file.error} />}
      {file.data && <Known file={file.data} draft={draft} set={set} problemsAt={problemsAt} />}
      <OutputField file={file.data} draft={draft} set={set} problemsAt={problemsAt} />
    </Group>
  );
}

function Known({
  file,
  draft,
  set,
  problemsAt,
}: Omit<PartProps, 'runtimes'> & { file: StoredFile }) {
  const t = useWords(words);
  const format = useFormat();
  const parts = [
    ...file.inputs.map((each) => ({
      role: t.input,
      name: each.name,
      width: each.width,
      type: each.type,
      isSingle: each.isSingle,
    })),
    ...file.outputs.map((each) => ({
      role: t.output,
      name: each.name,
      width: each.columns,
      type: each.type,
      isSingle: false,
    })),
  ];
  return (
    <>
      <p role="status">{t.fileIs(file.name, format.bytes(file.sizeBytes))}</p>
      <Table
        caption={t.fileParts}
        rows={parts}
        keyOf={({ role, name }) => `${role} ${name}`}
        columns={[
          { key: 'role', label: t.part, cell: ({ role }) => role },
          { key: 'name', label: t.name, cell: ({ name }) => name },
          {
            key: 'width',
            label: t.numbersPerRow,
            isNumeric: true,
            cell: ({ width }) => width ?? t.anyNumber,
          },
          {
            key: 'type',
            label: t.numberType,
            cell: ({ type, isSingle }) => (isSingle ? t.rowByRow(type ?? '') : (type ?? '')),
          },
        ]}
      />
      {mappingOf(file, draft).map((each) => (
        <div key={each.name}>
          {file.inputs.length > 1 && (
            <Picks
              legend={t.measuresOf(each.name)}
              isOrdered
              // What was unticked above is given until it is unticked here.
              names={[...new Set([...draft.measures, ...each.measures])]}
              chosen={each.measures}
              problems={problemsAt(`config.params.inputs.${each.name}`)}
              onChange={(measures) => set(withMeasures(file, draft, each.name, measures))}
            />
          )}
          <Muted>
            {each.taken === null || each.taken === each.given
              ? t.fits(each.name, each.given)
              : t.fitsNot(each.name, each.given, each.taken)}
          </Muted>
        </div>
      ))}
    </>
  );
}
