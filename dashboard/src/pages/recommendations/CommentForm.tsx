import { useState } from 'react';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { AreaField } from '@/ui/Field';
import { Form } from '@/ui/Form';
import { Row } from '@/ui/Layouts';
import { UnsavedGuard } from '@/ui/unsaved/UnsavedGuard';
import { words } from './words';

export function CommentForm({ isBusy, onAdd }: { isBusy: boolean; onAdd: (text: string) => void }) {
  const t = useWords(words);
  const [text, setText] = useState('');
  const [problems, setProblems] = useState<string[]>([]);
  const add = () => {
    if (!text.trim()) return setProblems([t.emptyComment]);
    onAdd(text.trim());
    setText('');
    setProblems([]);
  };
  return (
    <Form onSubmit={add}>
      <UnsavedGuard isDirty={text.trim() !== ''} />
      <AreaField
        label={t.comment}
        hint={t.commentHint}
        value={text}
        maxLength={10_000}
        problems={problems}
        onChange={(event) => setText(event.target.value)}
      />
      <Row>
        <Button type="submit" isBusy={isBusy}>
          {t.addComment}
        </Button>
      </Row>
    </Form>
  );
}
