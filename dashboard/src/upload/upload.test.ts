import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { afterEach, expect, test, vi } from 'vitest';

// The browser's parts that the modules look at when they are loaded.
vi.stubGlobal('window', { matchMedia: () => new EventTarget() });
vi.stubGlobal('document', { documentElement: { dataset: {} }, cookie: '' });
vi.stubGlobal('navigator', { languages: ['en'], onLine: true });
vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => {}, removeItem: () => {} });
vi.mock('@/session/session', () => ({ confirmSession: vi.fn() }));
vi.mock('@/offline/connection', () => ({ noteAnswer: vi.fn(), noteSilence: vi.fn() }));

/** As a browser's, of which a test says what happens on the way. */
class Request extends EventTarget {
  static made: Request[] = [];
  upload = new EventTarget();
  status = 0;
  response: unknown = null;
  isAborted = false;
  constructor() {
    super();
    Request.made.push(this);
  }
  open() {}
  setRequestHeader() {}
  send() {}
  abort() {
    this.isAborted = true;
  }
  sendAll() {
    this.upload.dispatchEvent(new Event('load'));
  }
  answer(status: number, response: unknown) {
    Object.assign(this, { status, response });
    this.dispatchEvent(new Event('load'));
  }
}
vi.stubGlobal('XMLHttpRequest', Request);

const { upload } = await import('./upload');
const { sayFailure } = await import('./useSending');
const { Sending } = await import('./Sending');
const { words } = await import('./words');

afterEach(() => {
  Request.made = [];
});

function sent() {
  const onFailed = vi.fn();
  const onDone = vi.fn();
  const isTaken = (answer: unknown): answer is { id: number } => answer !== null;
  const end = upload(
    new File(['a;1\n'], 'a.csv'),
    { path: '/api/uploads', isTaken },
    { onProgress: () => {}, onDone, onFailed },
  );
  const request = Request.made[0] as Request;
  const said = () => {
    expect(onFailed).toHaveBeenCalledTimes(1);
    return sayFailure(onFailed.mock.calls[0]?.[0], words.en);
  };
  return { request, end, onDone, said };
}

test('what is stopped on its way is kept nowhere, what was sent whole may be', () => {
  const early = sent();
  expect(early.end()).toBe(true);
  expect(early.request.isAborted).toBe(true);
  Request.made = [];
  const late = sent();
  late.request.sendAll();
  expect(late.end()).toBe(false);
});

test('who sends can cancel until all was sent, and not while the answer is waited for', () => {
  const shown = (bytes: number) =>
    renderToStaticMarkup(
      createElement(Sending, {
        sending: { name: 'a.csv', size: 4, sent: bytes },
        onStop: () => {},
      }),
    );
  expect(shown(3)).toContain('Cancel');
  expect(shown(4)).not.toContain('<button');
  expect(shown(4)).toContain('Sent. Waiting for the answer…');
});

test('what the platform refuses is told in its words', () => {
  const { request, said } = sent();
  request.sendAll();
  request.answer(400, { error: { message: '“a.csv” is no table.', data: {} } });
  expect(said()).toEqual({ title: 'The file was not sent', text: '“a.csv” is no table.' });
});

test('who lost the network on the way is offline, and nothing was kept', () => {
  const { request, said } = sent();
  request.dispatchEvent(new Event('error'));
  expect(said().text).toContain('You are offline');
});

test.each([502, 503, 504])('a proxy’s %d says nothing of what the platform keeps', (status) => {
  const { request, said } = sent();
  request.sendAll();
  request.answer(status, null);
  expect(said().title).toBe('The platform did not answer');
  expect(said().text).toContain('may be stored all the same');
});

test('nor does a network that is lost while the answer is waited for', () => {
  const { request, said } = sent();
  request.sendAll();
  request.dispatchEvent(new Event('error'));
  expect(said().text).toContain('may be stored all the same');
});

test.each([200, 413])('whoever else answers with %d is not taken for a lost network', (status) => {
  const { request, said, onDone } = sent();
  request.answer(status, null);
  expect(said().title).toBe('The file was not sent');
  expect(said().text).toContain(`answered in its place (HTTP ${status})`);
  expect(onDone).not.toHaveBeenCalled();
});
