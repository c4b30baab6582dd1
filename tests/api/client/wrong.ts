// Every line that ends in WRONG must fail to compile, and no other.
import { createTRPCClient, httpLink } from '@trpc/client';
import type { AppRouter } from './app-router.js';
import type { AppRouter as Product } from './published.js';

const client = createTRPCClient<AppRouter>({ links: [httpLink({ url: '' })] });

export async function wrong() {
  await client.models.list.query({ kind: 'unheardOf' }); // WRONG: not of the enumeration
  await client.models.list.query({ limit: '5' }); // WRONG: text for a number
  await client.models.list.query({ since: new Date() }); // WRONG: moments are strings
  await client.models.list.query({ limt: 5 }); // WRONG: an unknown key
  await client.models.list.mutate({}); // WRONG: a query is no mutation
  await client.models.create.query({ name: 'a', kind: 'ml' }); // WRONG: a mutation is no query
  await client.models.create.mutate({ name: 'a' }); // WRONG: a member is missing
  await client.models.create.mutate(); // WRONG: the input is missing
  await client.models.remove.mutate({}); // WRONG: no such procedure
  await client.dashboard.stats.query({ limit: 1 }); // WRONG: takes no input
  const [model] = await client.models.list.query();
  model?.created_at; // WRONG: not camelCase
  model?.createdAt.getTime(); // WRONG: a string is no Date
  model?.score.toFixed(); // WRONG: may be null
  client.wire.ticks.subscribe({}, { onData: (event) => event.number }); // WRONG: tracked: { id, data }
  const right = await client.models.list.query({ limit: 5, kind: null });
  return right.map((each) => each.name.length);
}

const product = createTRPCClient<Product>({ links: [httpLink({ url: '' })] });

export async function wrongOfTheProduct() {
  await product.users.list.query({ name: 'ada' }); // WRONG: accounts are found by q
  await product.users.list.mutate({}); // WRONG: a query is no mutation
  await product.users.create.mutate({ name: 'ada' }); // WRONG: the role is missing
  await product.users.create.mutate({ name: 'ada', role: 'root' }); // WRONG: not of the two roles
  await product.users.create.mutate({ name: 'ada', role: 'admin', password: 'x' }); // WRONG: by a link
  await product.users.update.mutate({ role: 'viewer' }); // WRONG: of whom?
  await product.users.update.mutate({ id: 1, isDisabled: 'yes' }); // WRONG: text for a boolean
  await product.users.setPassword.mutate({ id: 1 }); // WRONG: the password is missing
  await product.users.delete.mutate({ id: 1 }); // WRONG: accounts are locked, never deleted
  await product.audit.list.query({ since: new Date() }); // WRONG: moments are strings
  await product.audit.list.query({ procedures: ['users.create'] }); // WRONG: an unknown key
  await product.audit.delete.mutate({ id: 1 }); // WRONG: the trail is only added to
  const [account] = await product.users.list.query({ limit: 5 });
  account?.passwordHash; // WRONG: never leaves
  const [event] = await product.audit.list.query({ procedure: 'users.', userId: 1 });
  event?.after.name; // WRONG: unknown until it was looked at
  const made = await product.users.create.mutate({ name: 'ada', role: 'viewer' });
  return [made.signInLink.path, event?.userName, account?.isDisabled];
}
