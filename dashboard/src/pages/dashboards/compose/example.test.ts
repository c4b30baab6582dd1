import { describe, expect, it } from 'vitest';
import { flights } from '@/query/flights.fixture';
import { formOf } from '@/query/form';
import { exampleOf } from './example';

describe('an example dashboard', () => {
  it('shows what the sources have, each panel complete', () => {
    const panels = exampleOf([flights], (what, by) => (by ? `${what} by ${by}` : what));
    expect(panels.map((panel) => panel.type)).toEqual(['metric', 'line', 'bar', 'pie']);
    expect(panels[1]?.title).toBe('flights by date');
    for (const panel of panels) expect(formOf(panel.type, panel.queryConfig)).not.toBeNull();
  });

  it('leaves out what a source cannot show', () => {
    const bare = {
      ...flights,
      time: null,
      fields: flights.fields.filter(({ name }) => name === 'flights'),
      measures: [],
    };
    expect(exampleOf([bare], (what) => what).map((panel) => panel.type)).toEqual(['metric']);
  });
});
