// Isolates lock contention: transfers of points among eight contacts that everybody wants at once.
import { check } from 'k6';
import { guard } from 'k6/x/scalebed';
import { iterations, prepared } from './load.js';
import { rich, total, transferAmong } from './points.js';

export { options } from './load.js';

export const writes = true;

const HOT = 8;

export const setup = prepared(() => {
  const ids = rich(HOT);
  return { ids, points: total() };
});

export default iterations(({ ids }) => transferAmong(ids));

// A transfer takes what it gives, so a sum that has changed is an update that was lost.
export function teardown({ own: { points } }) {
  guard();
  check(total(), { 'the sum of all points is what it was': (now) => now === points });
}
