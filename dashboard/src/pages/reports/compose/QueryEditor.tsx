/** What a report shows: its tables one by one, what holds of all of them, and what goes into its file. */
import { type ReactNode, useState } from 'react';
import type { QueryConfig, ReportFormat } from '@/api/client';
import type { Issue } from '@/api/errors';
import { useWords } from '@/i18n/words';
import { ConfigField } from '@/query/ConfigField';
import { Editor } from '@/query/Editor';
import { previewIssues, usePreview } from '@/query/usePreview';
import { isObject } from '@/query/where';
import { words as queryWords } from '@/query/words';
import { Refused } from '@/ui/Form';
import { words } from '../words';
import { BrandFields } from './BrandFields';
import { ChartFields } from './ChartFields';
import { CommonFields } from './CommonFields';
import { LayoutFields } from './LayoutFields';
import { OutputFields } from './OutputFields';
import { PageFields } from './PageFields';
import { TableChoice } from './TableChoice';
import { TableFields } from './TableFields';
import { TablePreview } from './TablePreview';
import { namesOfTables, onlyTable, pathInWhole } from './tables';

/** Whether there are tables to make controls of; what else is odd is the server's to say. */
const hasTables = (config: QueryConfig) =>
  typeof config.source === 'string' &&
  isObject(config.datasets) &&
  Object.values(config.datasets).length > 0 &&
  Object.values(config.datasets).every(
    (table) => isObject(table) && Array.isArray(table.select) && table.select.every(isObject),
  ) &&
  (config.charts === undefined || (Array.isArray(config.charts) && config.charts.every(isObject)));

const PAGE_KEYS = ['language', 'locale', 'fiscal_year_start', 'week_start', 'layout', 'brand'];

export function QueryEditor({
  head,
  start,
  config,
  format,
  issues: refused,
  onChange,
}: {
  head: ReactNode;
  /** Counts the queries that were put in from outside. */
  start: number;
  config: QueryConfig;
  format: ReportFormat;
  /** What the server refused of this config when it was to be saved. */
  issues: readonly Issue[];
  /** With null while what was typed is no JSON. */
  onChange: (config: QueryConfig | null) => void;
}) {
  const t = useWords(words);
  const q = useWords(queryWords);
  const isForm = hasTables(config);
  const [isJson, setJson] = useState(!isForm);
  const [chosen, setChosen] = useState('');
  // Another text or start is another query: controls that hold what was typed begin anew.
  const [version, setVersion] = useState(0);
  const query = `${start} ${version}`;
  const names = isForm ? namesOfTables(config) : [];
  const name = names.includes(chosen) ? chosen : (names[0] ?? '');
  const preview = usePreview(isForm ? { ...onlyTable(config, name) } : config);
  const issues = distinct([
    ...refused,
    ...previewIssues(preview).map(({ path, message }) => ({
      message,
      path: isForm ? pathInWhole(path, config, name) : path,
    })),
  ]);
  const change = (next: QueryConfig) => onChange({ ...next });
  const restart = (next: QueryConfig) => {
    change(next);
    setVersion(version + 1);
  };
  const isShown = ({ path: [first, second] }: Issue) =>
    first === 'source' ||
    first === 'where' ||
    (first === 'datasets' && String(second) === name) ||
    (first === 'charts' && config.charts?.[Number(second)]?.data === name) ||
    (first === 'outputs' && second === format) ||
    PAGE_KEYS.includes(String(first));
  const beside = issues.filter((issue) => !isShown(issue));
  return (
    <Editor
      title={t.query}
      head={head}
      isJson={isJson}
      onWay={(next) => {
        setJson(next);
        setVersion(version + 1);
        // Text that is no JSON stays behind.
        onChange(config);
      }}
      preview={isForm && <TablePreview config={config} name={name} query={preview} />}
    >
      {isJson ? (
        <ConfigField value={config} issues={issues} onChange={onChange} />
      ) : !isForm ? (
        <p>{q.beyondForm}</p>
      ) : (
        <>
          <CommonFields
            key={`common ${query}`}
            config={config}
            issues={issues}
            onChange={change}
            onRestart={restart}
          />
          <TableChoice
            config={config}
            current={name}
            issues={issues}
            onChoose={setChosen}
            onChange={change}
          />
          <TableFields
            key={`${name} ${query}`}
            config={config}
            name={name}
            issues={issues}
            onChange={change}
          />
          <ChartFields config={config} name={name} issues={issues} onChange={change} />
          <OutputFields config={config} format={format} issues={issues} onChange={change} />
          <PageFields config={config} issues={issues} onChange={change} />
          {(format === 'pdf' || config.outputs?.files?.includes('pdf')) && (
            <>
              <LayoutFields config={config} issues={issues} onChange={change} />
              <BrandFields config={config} issues={issues} onChange={change} />
            </>
          )}
          {beside.length > 0 && (
            <Refused
              title={t.besideTable}
              problems={beside.map(({ path, message }) => [path.join('.'), message].join(': '))}
            />
          )}
        </>
      )}
    </Editor>
  );
}

function distinct(issues: readonly Issue[]): Issue[] {
  const textOf = ({ path, message }: Issue) => `${path.join('.')}: ${message}`;
  return [...new Map(issues.map((issue) => [textOf(issue), issue])).values()];
}
