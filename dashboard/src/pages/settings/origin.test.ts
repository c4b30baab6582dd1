import { expect, test } from 'vitest';
import { sayOrigin } from './origin';

const t = { from: 'from', origins: { token: 'By token', password: 'By password' } };

test('a session is told by how it began and its address', () => {
  expect(sayOrigin({ origin: 'password', address: '192.0.2.7' }, t)).toBe(
    'By password from 192.0.2.7',
  );
});

test('without an address nothing is said to come from one', () => {
  expect(sayOrigin({ origin: 'token', address: '' }, t)).toBe('By token');
  expect(sayOrigin({ origin: 'of_later', address: '' }, t)).toBe('of_later');
});
