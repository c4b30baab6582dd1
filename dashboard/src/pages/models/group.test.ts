import { describe, expect, it } from 'vitest';
import type { AnalyticalModel } from '@/api/client';
import { groupsOf, nextVersion } from './group';

const model = (id: number, changed: Partial<AnalyticalModel>): AnalyticalModel => ({
  id,
  name: 'delay-trend',
  version: 'v1.0.0',
  type: 'statistical',
  status: 'draft',
  inputSchema: {},
  outputSchema: {},
  config: null,
  createdBy: null,
  createdAt: '2026-01-01T00:00:00Z',
  updatedAt: '2026-01-01T00:00:00Z',
  description: null,
  dataset: 'flights_daily',
  ...changed,
});
const ALL = { text: '', type: null, status: null };

describe('groups of models', () => {
  it('show the active version, and count the others', () => {
    const [group] = groupsOf(
      [
        model(1, { status: 'deprecated' }),
        model(2, { version: 'v1.1.0', status: 'active' }),
        model(3, { version: 'v1.2.0' }),
      ],
      ALL,
    );
    expect(group?.shown.version).toBe('v1.1.0');
    expect(group?.versions.map(({ id }) => id)).toEqual([3, 2, 1]);
  });

  it('show the newest where none is active', () => {
    const [group] = groupsOf([model(1, {}), model(2, { version: 'v1.1.0' })], ALL);
    expect(group?.shown.id).toBe(2);
  });

  it('are narrowed by text, type and the status of what is shown', () => {
    const models = [
      model(1, { status: 'active' }),
      model(2, { name: 'outlier', type: 'ml', description: 'Odd days', status: 'active' }),
    ];
    const names = (wish: Partial<typeof ALL>) =>
      groupsOf(models, { ...ALL, ...wish }).map(({ name }) => name);
    expect(names({ text: 'ODD' })).toEqual(['outlier']);
    expect(names({ type: 'statistical' as never })).toEqual(['delay-trend']);
    expect(names({ status: 'draft' as never })).toEqual([]);
    expect(names({})).toEqual(['delay-trend', 'outlier']);
  });
});

describe('the next version', () => {
  it('raises the middle number of the highest', () => {
    expect(nextVersion(['v1.0.0', 'v1.10.2', 'v1.9.0'])).toBe('v1.11.0');
  });
  it('begins at one', () => {
    expect(nextVersion([])).toBe('v1.0.0');
  });
});
