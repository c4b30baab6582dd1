/** `inputRef` on the wire, taken apart and put together: dataset:NAME[@DATA_VERSION][?from=…&to=…]. */

export interface InputRef {
  dataset: string;
  dataVersion: string | null;
  /** The scored window, half-open, in the dataset's local time. */
  from: string | null;
  to: string | null;
}

const FORM = /^(?:dataset:)?([^@?]+)(?:@([^?]+))?(?:\?(.*))?$/;

export function readInputRef(text: string): InputRef | null {
  const match = FORM.exec(text);
  if (!match?.[1]) return null;
  const bounds = new URLSearchParams(match[3] ?? '');
  return {
    dataset: match[1],
    dataVersion: match[2] ?? null,
    from: bounds.get('from'),
    to: bounds.get('to'),
  };
}

export function writeInputRef({ dataset, dataVersion, from, to }: InputRef): string {
  const bounds = new URLSearchParams();
  if (from) bounds.set('from', from);
  if (to) bounds.set('to', to);
  const version = dataVersion ? `@${dataVersion}` : '';
  return `dataset:${dataset}${version}${bounds.size ? `?${bounds}` : ''}`;
}

/** The first eight characters say enough to a person. */
export const shortVersion = (dataVersion: string) => dataVersion.slice(0, 8);
