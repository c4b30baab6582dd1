import { words } from '@/app/words';
import { useWords } from '@/i18n/words';
import { Page } from '@/ui/Layouts';

export default function Index() {
  const t = useWords(words);
  return <Page title={t.executions}>{null}</Page>;
}
