import { type ComponentProps, createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { expect, test } from 'vitest';
import { Router } from 'wouter';
import { Facts, Item } from './Items';

const shown = (value: string) =>
  /<dd>(.*)<\/dd>/.exec(
    renderToStaticMarkup(createElement(Facts, { facts: [{ label: 'Zone', value }] })),
  )?.[1];

test.each([
  ['America/New_York', 'America/<wbr/>New_York'],
  ['America/Argentina/Ushuaia', 'America/<wbr/>Argentina/<wbr/>Ushuaia'],
  ['On the 1st at 07:00 (America/New_York)', 'On the 1st at 07:00 (America/<wbr/>New_York)'],
  ['UTC', 'UTC'],
])('%s may break behind its slashes', (zone, markup) => {
  expect(shown(zone)).toBe(markup);
});

test('the facts of an item of a list break in the same way', () => {
  const item = createElement(Item, {
    href: '/x',
    title: 'x',
    facts: [{ label: 'Schedule', value: 'daily (Africa/Lagos)' }],
  });
  const page = createElement(Router, { ssrPath: '/' } as ComponentProps<typeof Router>, item);
  expect(renderToStaticMarkup(page)).toContain('<dd>daily (Africa/<wbr/>Lagos)</dd>');
});
