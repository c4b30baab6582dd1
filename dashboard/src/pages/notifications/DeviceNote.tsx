/** Offers the browser's own notifications; the browser is asked on a press only, and remembers the answer. */
import { useState } from 'react';
import { useWords } from '@/i18n/words';
import { Button } from '@/ui/Button';
import { Muted, Row } from '@/ui/Layouts';
import { words } from './words';

export function DeviceNote() {
  const t = useWords(words);
  const [permission, setPermission] = useState(() =>
    'Notification' in window ? Notification.permission : null,
  );
  if (permission === null) return null;
  if (permission !== 'default') {
    return <Muted>{permission === 'granted' ? t.isOn : t.isDenied}</Muted>;
  }
  return (
    <Row>
      <Muted>{t.onDeviceText}</Muted>
      <Button onClick={() => void Notification.requestPermission().then(setPermission)}>
        {t.turnOn}
      </Button>
    </Row>
  );
}
