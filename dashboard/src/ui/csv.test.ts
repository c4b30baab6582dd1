import { describe, expect, it } from 'vitest';
import { csvOf, fileNameOf } from './csv';

const body = (rows: unknown[][]) => csvOf(['a'], rows).slice(1).split('\r\n').slice(1, -1);

describe('csv', () => {
  it('begins with the mark that tells a spreadsheet its encoding', () => {
    expect(csvOf(['é'], [])).toBe('\ufeffé\r\n');
  });

  it('quotes separators, quotes and line ends', () => {
    expect(body([['a,b'], ['say "hi"']])).toEqual(['"a,b"', '"say ""hi"""']);
    expect(csvOf(['a'], [['two\nlines']])).toContain('"two\nlines"');
  });

  it('lets no text run as a formula, and leaves negative numbers numbers', () => {
    expect(body([['=1+1'], ['@SUM(A1)'], ['-2+3'], ['+1'], [-2.5]])).toEqual([
      "'=1+1",
      "'@SUM(A1)",
      "'-2+3",
      "'+1",
      '-2.5',
    ]);
  });

  it('leaves what is not known empty', () => {
    expect(csvOf(['a', 'b', 'c'], [[null, undefined, 0]])).toContain('\r\n,,0\r\n');
  });

  it('names files by what they hold', () => {
    expect(fileNameOf('Retards : par aéroport / jour')).toMatch(
      /^retards-par-ae.?roport-jour\.csv$/,
    );
    expect(fileNameOf('…')).toBe('data.csv');
  });
});
