/** What rows are searched by, above them. */
import { useWords } from '@/i18n/words';
import { TextField } from './Field';
import { words } from './words';

/** count: of the rows that were found; null while others may come yet. */
export function Search({
  text,
  onText,
  count,
}: {
  text: string;
  onText: (text: string) => void;
  count: number | null;
}) {
  const t = useWords(words);
  const isSaid = text.trim() !== '' && count !== null;
  return (
    <search>
      <TextField
        label={t.findRows}
        type="search"
        value={text}
        onChange={(event) => onText(event.target.value)}
      />
      <span className="visually-hidden" role="status">
        {isSaid && t.rowsFound(count)}
      </span>
      {isSaid && count === 0 && <p>{t.noRowFound}</p>}
    </search>
  );
}
