/** CSV for spreadsheets: UTF-8 with its mark, quoted where needed, and with nothing that runs as a formula. */
type Cell = string | number | boolean | null | undefined;

const MARK = '\ufeff';

function cellOf(value: Cell): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string') return String(value);
  // A spreadsheet would compute what begins with one of these.
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",;\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Numbers stay as they are, without digits grouped or rounded. */
export const csvOf = (header: readonly string[], rows: readonly (readonly unknown[])[]) =>
  MARK +
  [header, ...rows]
    .map((row) => `${row.map((value) => cellOf(value as Cell)).join(',')}\r\n`)
    .join('');

/** A name that every file system takes. */
export const fileNameOf = (title: string) =>
  `${
    title
      .normalize('NFKD')
      .replace(/[^\p{L}\p{N}]+/gu, '-')
      .replace(/^-+|-+$/g, '')
      .toLowerCase()
      .slice(0, 80) || 'data'
  }.csv`;

export function downloadCsv(name: string, text: string) {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
