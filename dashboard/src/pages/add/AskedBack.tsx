/** What the file does not decide: its answers, one press each. */
import type { OpenQuestion } from '@/api/client';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Card, Row, Stack } from '@/ui/Layouts';
import css from './add.module.css';
import type { Answers } from './answers';
import { sayChoice } from './choices';
import { words } from './words';

export function AskedBack({
  question,
  onAnswer,
}: {
  question: OpenQuestion;
  onAnswer: (answers: Answers) => void;
}) {
  const t = useWords(words);
  const { text, answers, choices } = question;
  return (
    <Card title={t.question}>
      <Stack>
        <p role="alert" className={css.asked}>
          {text.message}
        </p>
        <Row>
          {choices.map(({ value, words: asThere }) => (
            <Button
              key={value}
              look="primary"
              onClick={() => onAnswer({ [answers]: value } as Answers)}
            >
              {sayChoice(value, t) ?? asThere}
            </Button>
          ))}
        </Row>
      </Stack>
    </Card>
  );
}
