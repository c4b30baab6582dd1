import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test, vi } from 'vitest';

// The browser's parts that the modules look at when they are loaded.
vi.stubGlobal('window', { matchMedia: () => new EventTarget() });
vi.stubGlobal('document', { documentElement: { dataset: {} } });
vi.stubGlobal('navigator', { languages: ['en'], onLine: true });
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });
// A server knows of no connection.
vi.mock('@/offline/connection', () => ({ useIsOnline: () => true }));

const { Confirm } = await import('./Confirm');

const markup = (force?: string) =>
  renderToStaticMarkup(
    createElement(Confirm, {
      ...{ title: 'Promote: shops v1.0.0', act: 'Promote', reason: 'Reason', force },
      ...{ isBusy: false, onConfirm: () => {}, onClose: () => {} },
    }),
  );

test('what is done all the same is a box of its own with its label, not ticked before', () => {
  const [, id] =
    markup('Promote without a backtest').match(/<input type="checkbox"[^>]* id="([^"]+)"/) ?? [];
  expect(id).toBeTruthy();
  expect(markup('Promote without a backtest')).toContain(
    `<label for="${id}">Promote without a backtest</label>`,
  );
  expect(markup('Promote without a backtest')).not.toContain('checked');
});

test('where nothing is to be forced there is no box', () => {
  expect(markup()).toContain('>Reason<');
  expect(markup()).not.toContain('checkbox');
});
