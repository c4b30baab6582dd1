import { isInstalled, useInstall } from '@/app/install';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Facts } from '@/ui/Items';
import { Card, Row, Stack } from '@/ui/Layouts';
import { words } from './words';

export function Install() {
  const t = useWords(words);
  const install = useInstall();
  return (
    <Card title={t.app}>
      <Stack>
        {isInstalled() ? (
          <p>{t.installed}</p>
        ) : (
          <>
            <p>
              {t.installText} {!install && t.installHow}
            </p>
            {install && (
              <Row>
                <Button onClick={install}>{t.install}</Button>
              </Row>
            )}
          </>
        )}
        <Facts facts={[{ label: t.version, value: __BUILD__ }]} />
      </Stack>
    </Card>
  );
}
