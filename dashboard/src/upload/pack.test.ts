import { describe, expect, test } from 'vitest';
import { nameOfParts, pack } from './pack';

describe('the name of several files', () => {
  test.each([
    [['sales_2025.csv', 'sales_2026.csv'], 'sales.zip'],
    [['Sales 2026-01.csv.gz', 'Sales 2026-02.csv.gz'], 'Sales.zip'],
    [['ventes (1).xlsx', 'ventes (2).xlsx'], 'ventes.zip'],
    [['north.csv', 'south.csv'], 'north.zip'],
    [['2025.csv', '2026.csv'], '2025.zip'],
    [['a.csv', 'a.tsv'], 'a.zip'],
  ])('%j is %s', (names, packed) => expect(nameOfParts(names)).toBe(packed));
});

test('files are packed whole and under their names', async () => {
  const packed = await pack([
    new File(['a;b\n1;2\n'], 'x_1.csv'),
    new File(['a;b\n3;4\n'], 'x_2.csv'),
  ]);
  expect(packed.name).toBe('x.zip');
  const text = await packed.text();
  expect(text.startsWith('PK\u0003\u0004')).toBe(true);
  for (const part of ['x_1.csv', 'x_2.csv', 'a;b\n1;2\n', 'a;b\n3;4\n'])
    expect(text).toContain(part);
});
