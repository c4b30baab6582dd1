// The real client against the whole product: `node out/product.js '{"port": …, "admin": TOKEN, "viewer": TOKEN}'`.
// Accounts and the audit trail through the published types; one's own password by its route.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  createTRPCClient,
  httpBatchLink,
  httpBatchStreamLink,
  httpLink,
  TRPCClientError,
  type TRPCLink,
} from '@trpc/client';
import type { AppRouter, AuditEvent, Role, UserAccount } from './published.js';

type Served = { port: number; admin: string; viewer: string };
const served = JSON.parse(process.argv[2] ?? '') as Served;
const site = `http://127.0.0.1:${served.port}`;
const url = `${site}/api/trpc`;

const links: Record<string, (token: string) => TRPCLink<AppRouter>> = {
  httpLink: (token) => httpLink({ url, headers: bearer(token) }),
  httpBatchLink: (token) => httpBatchLink({ url, headers: bearer(token) }),
  httpBatchStreamLink: (token) => httpBatchStreamLink({ url, headers: bearer(token) }),
};

function bearer(token: string) {
  return { authorization: `Bearer ${token}` };
}

async function refusal(work: Promise<unknown>) {
  const error: unknown = await work.then(
    () => assert.fail('was not refused'),
    (error: unknown) => error,
  );
  assert.ok(error instanceof TRPCClientError);
  return error as TRPCClientError<AppRouter>;
}

/** A browser's sign-in by a form of JSON: its cookie. */
async function signIn(name: string, password: string): Promise<string> {
  const answer = await post('sign-in', { name, password });
  assert.equal(answer.status, 200);
  return sessionCookie(answer).split(';')[0] ?? '';
}

/** Of the two that a sign-in sets, the one that signs in. */
function sessionCookie(answer: Response): string {
  return answer.headers.getSetCookie().find((each) => each.startsWith('iop_session=')) ?? '';
}

function post(route: string, body: unknown, headers: Record<string, string> = {}) {
  return fetch(`${site}/api/auth/${route}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

for (const [name, link] of Object.entries(links)) {
  const admin = createTRPCClient<AppRouter>({ links: [link(served.admin)] });
  const viewer = createTRPCClient<AppRouter>({ links: [link(served.viewer)] });
  const person = `p-${name.toLowerCase()}`;
  const find = async (id: number): Promise<UserAccount | undefined> =>
    (await admin.users.list.query({ limit: 1000 })).find((each) => each.id === id);

  test(`${name}: an account from its invitation to its lock`, async () => {
    const role: Role = 'viewer';
    const made = await admin.users.create.mutate({ name: person, role });
    assert.match(made.signInLink.path, /^\/api\/auth\/link\/.+/);
    assert.match(made.signInLink.expiresAt, /Z$/);
    const followed = await fetch(site + made.signInLink.path, { redirect: 'manual' });
    assert.equal(followed.status, 303);
    assert.match(sessionCookie(followed), /HttpOnly.*SameSite=lax/);
    assert.equal((await find(made.id))?.hasPassword, false);

    await admin.users.setPassword.mutate({ id: made.id, password: 'rain-on-a-tin-roof' });
    const cookie = await signIn(person, 'rain-on-a-tin-roof');
    const change = { current: 'rain-on-a-tin-roof', new: 'seven-green-bottles' };
    const foreign = await post('password', change, { cookie, origin: 'https://elsewhere.example' });
    assert.equal(foreign.status, 403);
    assert.equal((await post('password', change, { cookie, origin: site })).status, 200);
    await signIn(person, 'seven-green-bottles');

    assert.equal((await admin.users.update.mutate({ id: made.id, isDisabled: true })).success, true);
    assert.equal((await find(made.id))?.isDisabled, true);
    const locked = await post('sign-in', { name: person, password: 'seven-green-bottles' });
    assert.equal(locked.status, 401);
    assert.equal((await refusal(admin.users.signInLink.mutate({ id: made.id }))).data?.code, 'CONFLICT');
  });

  test(`${name}: the last admin stays one`, async () => {
    const ada = (await admin.users.list.query()).find((each) => each.name === 'ada');
    assert.ok(ada);
    const demoted = await refusal(admin.users.update.mutate({ id: ada.id, role: 'viewer' }));
    assert.equal(demoted.data?.code, 'CONFLICT');
    assert.match(demoted.message, /'ada' is the last admin; make another one first/);
    const shut = await refusal(admin.users.update.mutate({ id: ada.id, isDisabled: true }));
    assert.equal(shut.data?.code, 'CONFLICT');
    assert.equal((await find(ada.id))?.role, 'admin');
  });

  test(`${name}: refusals name the field, and viewers get none of it`, async () => {
    const bad = await refusal(admin.users.create.mutate({ name: 'Not A Name', role: 'viewer' }));
    assert.deepEqual(Object.keys(bad.data?.zodError?.fieldErrors ?? {}), ['name']);
    const short = await refusal(admin.users.setPassword.mutate({ id: 1, password: 'short' }));
    assert.deepEqual(Object.keys(short.data?.zodError?.fieldErrors ?? {}), ['password']);
    const [missing, list, trail, create] = await Promise.all([
      refusal(admin.users.update.mutate({ id: 123456, role: 'viewer' })),
      refusal(viewer.users.list.query()),
      refusal(viewer.audit.list.query()),
      refusal(viewer.users.create.mutate({ name: 'eve', role: 'admin' })),
    ]);
    assert.equal(missing.data?.code, 'NOT_FOUND');
    assert.deepEqual([list, trail, create].map((each) => each.data?.code), Array(3).fill('FORBIDDEN'));
  });

  test(`${name}: the trail tells of it, by person, procedure, request, time and page`, async () => {
    const own = `${person}-trail`;
    const { id } = await admin.users.create.mutate({ name: own, role: 'viewer' });
    await admin.users.update.mutate({ id, role: 'admin' });
    await admin.users.update.mutate({ id, role: 'viewer' });
    const updates = await admin.audit.list.query({ procedure: 'users.update', limit: 2 });
    const roles = updates.map((each) => (each.after as { role: string }).role);
    assert.deepEqual(roles, ['viewer', 'admin']);
    const [newest, before] = updates as [AuditEvent, AuditEvent];
    assert.equal(newest.userName, 'ada');
    assert.ok(newest.userId);
    const page = await admin.audit.list.query({ procedure: 'users.', limit: 1, cursor: newest.id });
    assert.deepEqual(page, [before]);
    const { requestId, occurredAt, userId } = newest;
    assert.deepEqual(await admin.audit.list.query({ requestId, userId }), [newest]);
    assert.deepEqual(await admin.audit.list.query({ requestId, since: '2200-01-01T00:00:00Z' }), []);
    assert.deepEqual(await admin.audit.list.query({ requestId, until: occurredAt }), []);
    assert.ok(!JSON.stringify(await admin.audit.list.query({ limit: 1000 })).includes('tin-roof'));
  });
}
