/** What this device keeps for reading offline, how much it is, and the way to be rid of it. */
import { useQueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useState } from 'react';
import { useFormat } from '@/i18n/format';
import { useWords } from '@/i18n/words';
import { BUDGET_BYTES, usedBytes } from '@/offline/budget';
import { change, isLasting } from '@/offline/store';
import { useOutbox } from '@/offline/useOutbox';
import { useUser } from '@/session/session';
import { Button } from '@/ui/Button';
import { Facts } from '@/ui/Items';
import { Card, Muted, Row, Stack } from '@/ui/Layouts';
import { say } from '@/ui/toasts';
import { words } from './words';

export function Device() {
  const t = useWords(words);
  const format = useFormat();
  const user = useUser();
  const queries = useQueryClient();
  const { decisions } = useOutbox();
  const [size, measure] = useSize();
  const remove = async () => {
    queries.removeQueries({ predicate: (query) => query.getObserversCount() === 0 });
    await change(user.id, 'seen', () => undefined);
    say(t.removed);
    measure();
  };
  return (
    <Card title={t.device}>
      <Stack>
        <p>{isLasting() ? t.stored : t.storedNot}</p>
        {size && (
          <Facts
            facts={[
              {
                label: t.budget,
                value: t.of(format.bytes(usedBytes()), format.bytes(BUDGET_BYTES)),
              },
              { label: t.size, value: t.of(format.bytes(size.used), format.bytes(size.allowed)) },
            ]}
          />
        )}
        <Muted>{t.unsentKept(decisions.length)}</Muted>
        <Row>
          <Button onClick={() => void remove()}>{t.remove}</Button>
        </Row>
      </Stack>
    </Card>
  );
}

interface Size {
  used: number;
  allowed: number;
}

function useSize(): [Size | null, () => void] {
  const [size, setSize] = useState<Size | null>(null);
  const measure = useCallback(() => {
    // Missing where the site is not served securely.
    void navigator.storage
      ?.estimate()
      .then(({ usage = 0, quota = 0 }) => setSize({ used: usage, allowed: quota }));
  }, []);
  useEffect(measure, [measure]);
  return [size, measure];
}
