import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test, vi } from 'vitest';
import type { StoredFile } from '@/api/client';

// The browser's parts that the modules look at when they are loaded.
vi.stubGlobal('window', { matchMedia: () => new EventTarget() });
vi.stubGlobal('document', { documentElement: { dataset: {} }, cookie: '' });
vi.stubGlobal('navigator', { languages: ['en'], onLine: true });
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });
// A server knows of nobody who is signed in, and of no connection.
vi.mock('@/session/session', () => ({ confirmSession: () => {} }));
vi.mock('@/offline/connection', () => ({
  useIsOnline: () => true,
  isOnline: () => true,
  noteAnswer: () => {},
  noteSilence: () => {},
}));

const { OnnxFile } = await import('./OnnxFile');
const { emptyDraft } = await import('./draft');
const { standingQuery } = await import('@/pages/add/queries');
const { fileQuery } = await import('../queries');

const CHECKSUM = 'a'.repeat(64);
const input = (name: string) => ({ name, width: 1, type: 'float32' as const, isSingle: false });
const file = (inputs: string[], outputs: string[]): StoredFile => ({
  checksum: CHECKSUM,
  name: 'forest.onnx',
  sizeBytes: 9,
  inputs: inputs.map(input),
  outputs: outputs.map((name) => ({ name, columns: 1, type: 'float32' })),
});

interface Given {
  of?: StoredFile;
  output?: string;
  measures?: string[];
  moreParams?: string;
  problem?: string;
}

function shown({ of, output = '', measures = [], moreParams = '{}', problem }: Given) {
  const client = new QueryClient();
  client.setQueryData(standingQuery.queryKey, { refusal: null, maxBytes: 1000, admins: [] });
  if (of) client.setQueryData(fileQuery(CHECKSUM).queryKey, of);
  return markupOf(client, {
    draft: { ...emptyDraft([]), measures, moreParams, params: { checksum: CHECKSUM, output } },
    set: () => {},
    problemsAt: (path: string) => (problem && path === 'config.params.output' ? [problem] : []),
  });
}

const markupOf = (client: QueryClient, part: Parameters<typeof OnnxFile>[0]) =>
  renderToStaticMarkup(
    createElement(QueryClientProvider, { client }, createElement(OnnxFile, part)),
  );

/** Of the field that says which output is read: each choice, and which stands there. */
function choices(markup: string): [string, string, boolean][] {
  const select = markup.match(/<select.*?<\/select>/)?.[0] ?? '';
  return [...select.matchAll(/<option value="([^"]*)"( selected="")?>([^<]*)</g)].map(
    ([, value = '', selected, label = '']) => [value, label, selected !== undefined],
  );
}

test('of several outputs none stands as chosen before one was', () => {
  const two = file(['x'], ['label', 'score']);
  expect(choices(shown({ of: two }))).toEqual([
    ['', 'Choose an output', true],
    ['label', 'label', false],
    ['score', 'score', false],
  ]);
  expect(choices(shown({ of: two, output: 'score' }))[2]).toEqual(['score', 'score', true]);
});

test('an output that the file does not have is shown, and can be taken away', () => {
  expect(choices(shown({ of: file(['x'], ['score']), output: 'label' }))).toEqual([
    ['', 'The only one', false],
    ['score', 'score', false],
    ['label', 'label (not in this file)', true],
  ]);
  // Before it is known what the file has, or where that can't be told.
  expect(choices(shown({ output: 'label' }))[1]).toEqual(['label', 'label', true]);
  expect(shown({ of: file(['x'], ['score']) })).not.toContain('<select');
});

test('what is refused of the output stands at its field', () => {
  const markup = shown({ of: file(['x'], ['a', 'b']), problem: 'Name one of a and b.' });
  expect(markup).toMatch(/<select[^>]*aria-invalid="true"/);
  expect(markup).toContain('Name one of a and b.');
});

test('a measure that an input is given can be unticked there, chosen above or not', () => {
  const markup = shown({
    of: file(['x', 'y'], ['score']),
    measures: ['revenue'],
    moreParams: '{"inputs": {"x": ["revenue", "visitors"], "y": []}}',
  });
  const boxes = [...markup.matchAll(/<input([^>]*type="checkbox"[^>]*)>/g)].map(([, box = '']) =>
    box.includes('checked'),
  );
  // Of x: revenue and visitors; of y: revenue.
  expect(boxes).toEqual([true, true, false]);
  expect(markup).toContain('visitors');
});

test('where it cannot be asked what is taken, that is said', async () => {
  const client = new QueryClient({
    defaultOptions: { queries: { retry: false, retryOnMount: false } },
  });
  const part = { draft: emptyDraft([]), set: () => {}, problemsAt: () => [] };
  expect(markupOf(client, part)).toContain('Loading');
  await client.prefetchQuery({ ...standingQuery, queryFn: () => Promise.reject(new Error('no')) });
  const markup = markupOf(client, part);
  expect(markup).toContain('role="alert"');
  expect(markup).toContain('Try again');
});
