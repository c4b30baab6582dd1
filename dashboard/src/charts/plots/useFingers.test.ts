import { expect, test } from 'vitest';
import { edgesOf } from './useFingers';

const AREA = { x: 50, width: 200 };
const finger = (from: number, now: number) => ({ from, now });

test.each([
  // Twice as far apart, about the middle: half of the width is left, a quarter gone on each side.
  [finger(140, 130), finger(160, 170), [100, 200]],
  // In whichever order they were laid down.
  [finger(160, 170), finger(140, 130), [100, 200]],
  // What lay under a finger that stays at the left edge stays there.
  [finger(50, 50), finger(100, 150), [50, 150]],
  // Carried away to the side: nothing of before the drawing.
  [finger(60, 150), finger(80, 190), [50, 110]],
])('two fingers that are spread mark what is to fill the width', (one, other, edges) => {
  expect(edgesOf(one, other, AREA)).toEqual(edges);
});

test('fingers that come nearer to each other, or stay, mark nothing', () => {
  expect(edgesOf(finger(100, 120), finger(200, 180), AREA)).toBeNull();
  expect(edgesOf(finger(100, 110), finger(200, 210), AREA)).toBeNull();
  expect(edgesOf(finger(100, 100), finger(100, 100), AREA)).toBeNull();
});
