// Every line that ends in WRONG must fail to compile, and no other.
import { createTRPCClient, httpLink } from '@trpc/client';
import type { AppRouter } from './app-router.js';

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
