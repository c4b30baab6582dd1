import { expect, test } from 'vitest';

const sheets = import.meta.glob<string>('/src/**/*.module.css', {
  eager: true,
  query: '?raw',
  import: 'default',
});

/** The properties that a class declares in its sheet, each as it is written. */
function declared(sheet: string, name: string): string[] {
  const plain = sheet.replace(/\/\*.*?\*\//gs, '');
  const bodies = [...plain.matchAll(new RegExp(`(?:^|\\})\\s*\\.${name} \\{([^}]*)\\}`, 'g'))];
  return bodies.flatMap(([, body = '']) =>
    [...body.matchAll(/(?:^|;)\s*([\w-]+):/g)].map(([, property = '']) => property),
  );
}

const composed = Object.entries(sheets).flatMap(([path, sheet]) =>
  [...sheet.matchAll(/\.(\w+) \{\s*composes: (\w+) from "([^"]+)"/g)].map(
    ([, name = '', base = '', from = '']) => ({
      path,
      name,
      base,
      from: new URL(from, `file://${path}`).pathname,
    }),
  ),
);

test('classes are composed of classes of other sheets, which are there', () => {
  expect(composed.length).toBeGreaterThan(1);
  for (const { base, from } of composed) {
    expect(declared(sheets[from] ?? '', base), `${from} .${base}`).toContain('background');
  }
});

test.each(composed)('$path: .$name sets nothing that .$base sets', ({ path, name, base, from }) => {
  // Which of the two would hold hangs on the order in which a build puts the sheets.
  const own = new Set(declared(sheets[path] ?? '', name));
  expect(own.size).toBeGreaterThan(0);
  expect(declared(sheets[from] ?? '', base).filter((property) => own.has(property))).toEqual([]);
});
