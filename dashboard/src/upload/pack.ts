/** Several files as one: a zip of them, which is how the server takes the parts of a table. */

const TYPES = /(\.(csv|tsv|txt|json|ndjson|jsonl|xlsx|xls|ods|parquet|gz|zst|zip))+$/i;
/** What tells one part from the next at the end of a name: its number or period, and what stands before that. */
const PART = /[\s._\-()[\]]*[\d._\-()[\]\s]*$/;

/** Packs them without compressing, which a weak device does slowly and a server takes back at once. */
export async function pack(files: readonly File[]): Promise<File> {
  const { downloadZip } = await import('client-zip');
  const packed = await downloadZip(files).blob();
  return new File([packed], nameOfParts(files.map(({ name }) => name)));
}

/** What the names have in common at their beginning, without a part's number; else the first one's. */
export function nameOfParts(names: readonly string[]): string {
  const stems = names.map((name) => name.replace(TYPES, ''));
  const [first = ''] = stems;
  let length = 0;
  while (length < first.length && stems.every((stem) => stem[length] === first[length])) length++;
  const common = first.slice(0, length).replace(PART, '');
  return `${common || first.replace(PART, '') || first}.zip`;
}
