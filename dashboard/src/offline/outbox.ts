/**
 * Keeps decisions until they were sent, and sends them: one after the other, by one tab at a time.
 *
 * Every decision takes this way, also with a network: it is kept first, so that no moment exists in which it
 * could be lost, and sent at once.
 */
import { isOnline, noteAnswer, noteSilence, onConnection } from '@/offline/connection';
import { confirmSession, maySendAs } from '@/session/session';
import {
  added,
  type Change,
  contradicted,
  type Decision,
  type Decisions,
  insisted,
  nextOf,
  type Problem,
  refused,
  tried,
  without,
  yielded,
} from './decisions';
import { noteUnsent } from './expected';
import { type Answer, send } from './send';
import { change as changeKept, read } from './store';
import { uuid } from './uuid';

export type Outcome = 'sent' | 'kept' | 'conflict' | 'refused';

export interface Wanted {
  recommendationId: number;
  title: string;
  seen: Decision['seen'];
  change: Change;
}

interface Parts {
  send: (decision: Decision) => Promise<Answer>;
  maySend: () => boolean;
  onTaken: (decision: Decision) => void;
}

const CHANNEL = 'iop-outbox';
const FIRST_WAIT_MS = 3000;
const LAST_WAIT_MS = 120_000;
// A fault that does not pass is shown to the decision's maker.
const MAX_FAULTS = 5;
// Somebody who waits for longer is told that it is kept; it is sent all the same.
const PATIENCE_MS = 8000;

export class Outbox {
  private list: Decisions = [];
  private isRead = false;
  private readonly listeners = new Set<() => void>();
  private readonly channel =
    typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel(CHANNEL);
  private readonly ends: (() => void)[] = [];
  private wait = FIRST_WAIT_MS;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private sending: Promise<void> | null = null;

  constructor(
    readonly userId: number,
    private readonly parts: Parts,
  ) {}

  /** Sends at the start, when the platform is back, and when the page is looked at again. */
  start(): () => void {
    const onVisible = () => {
      if (document.visibilityState === 'visible') void this.sendAll();
    };
    document.addEventListener('visibilitychange', onVisible);
    this.ends.push(
      onConnection(() => {
        this.wait = FIRST_WAIT_MS;
        if (isOnline()) void this.sendAll();
      }),
      () => document.removeEventListener('visibilitychange', onVisible),
    );
    if (this.channel) {
      // What another tab has sent is read again here too.
      this.channel.onmessage = ({ data }: MessageEvent<'changed' | { taken: Decision }>) => {
        if (typeof data === 'object') this.parts.onTaken(data.taken);
        void this.load();
      };
    }
    void this.load().then(() => this.sendAll());
    return () => this.stop();
  }

  private stop() {
    clearTimeout(this.timer);
    this.timer = undefined;
    for (const end of this.ends.splice(0)) end();
    if (this.channel) this.channel.onmessage = null;
  }

  readonly subscribe = (listener: () => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  readonly decisions = () => this.list;

  /** Whether the list is what the device has; false for a moment at the start. */
  readonly isKnown = () => this.isRead;

  /** Keeps these and sends them; onProgress: of how many of them it is known what came of it. */
  async decide(
    wanted: readonly Wanted[],
    onProgress: (known: number) => void = () => {},
  ): Promise<{ key: string; outcome: Outcome; problem: Problem | null }[]> {
    const madeAt = new Date().toISOString();
    const made = wanted.map((each) => ({ ...each, key: uuid(), madeAt, tries: 0, problem: null }));
    await this.change((list) => made.reduce(added, list));
    const keys = made.map(({ key }) => key);
    const tell = () => onProgress(keys.filter((key) => this.outcomeOf(key) !== 'kept').length);
    const stop = this.subscribe(tell);
    try {
      if (isOnline()) await Promise.race([this.sendAll(), passed(PATIENCE_MS * made.length)]);
    } finally {
      stop();
    }
    return keys.map((key) => ({
      key,
      outcome: this.outcomeOf(key),
      problem: this.list.find((each) => each.key === key)?.problem ?? null,
    }));
  }

  private outcomeOf(key: string): Outcome {
    const one = this.list.find((each) => each.key === key);
    if (!one) return 'sent';
    return one.problem?.kind ?? 'kept';
  }

  readonly discard = (key: string) => this.change((list) => without(list, key));

  readonly keepTheirs = (key: string) => this.change((list) => yielded(list, key));

  readonly applyMine = async (key: string): Promise<Outcome> => {
    await this.change((list) => insisted(list, key));
    await this.sendAll();
    return this.outcomeOf(key);
  };

  /** Sends what waits; a call while that goes on is the same sending, and then one more. */
  async sendAll(): Promise<void> {
    while (this.sending) await this.sending;
    this.sending = alone(() => this.sendEach()).finally(() => {
      this.sending = null;
    });
    await this.sending;
  }

  private async sendEach(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const later = new Set<string>();
    for (;;) {
      await this.load();
      const next = nextOf(this.list, later);
      if (!next || !this.parts.maySend()) return;
      // Noted first: if no answer comes, it may have arrived all the same.
      await this.change((list) => tried(list, next.key));
      const answer = await this.parts.send(next);
      if (answer.kind === 'silence') {
        noteSilence();
        return this.sendLater();
      }
      noteAnswer();
      if (answer.kind === 'anonymous') return confirmSession();
      if (answer.kind === 'contended' || (answer.kind === 'fault' && next.tries < MAX_FAULTS)) {
        later.add(next.key);
        this.sendLater();
      } else {
        await this.settle(next, answer);
      }
    }
  }

  private settle(
    decision: Decision,
    answer: Exclude<Answer, { kind: 'silence' | 'contended' | 'anonymous' }>,
  ) {
    const { key } = decision;
    switch (answer.kind) {
      case 'conflict':
        return this.change((list) => contradicted(list, key, answer.current));
      case 'taken':
        this.wait = FIRST_WAIT_MS;
        this.parts.onTaken(decision);
        this.channel?.postMessage({ taken: decision });
        return this.change((list) => without(list, key));
      default:
        return this.change((list) => refused(list, key, answer.message));
    }
  }

  private sendLater() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.sendAll(), this.wait);
    this.wait = Math.min(this.wait * 2, LAST_WAIT_MS);
  }

  private async load() {
    const list = (await read<Decisions>(this.userId, 'outbox')) ?? [];
    this.isRead = true;
    this.show(list);
  }

  private async change(changed: (list: Decisions) => Decisions) {
    const list = await changeKept<Decisions>(this.userId, 'outbox', (kept) => changed(kept ?? []));
    this.show(list ?? []);
    this.channel?.postMessage('changed');
  }

  private show(list: Decisions) {
    this.list = list;
    noteUnsent(this.userId, list.length > 0);
    for (const listener of this.listeners) listener();
  }
}

export const outboxOf = (userId: number, onTaken: Parts['onTaken']) =>
  new Outbox(userId, { send, maySend: () => maySendAs(userId), onTaken });

/** One tab at a time, where the browser has locks; elsewhere the keys see to it that nothing is taken twice. */
async function alone(run: () => Promise<void>): Promise<void> {
  if (navigator.locks) await navigator.locks.request(CHANNEL, run);
  else await run();
}

const passed = (ms: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
  });
