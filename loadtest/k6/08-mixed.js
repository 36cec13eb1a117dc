// Isolates what reads and writes do to each other: nine of ten requests read, one writes.
import { create, detail, filter, firstPage, nextPage, patch, search } from './contacts.js';
import { choose, iterations } from './load.js';
import { uniform } from './random.js';

export { options, setup } from './load.js';

export const writes = true;

const MIX = [
  [0.5, detail],
  [0.2, firstPage],
  [0.1, nextPage],
  [0.09, filter],
  [0.01, search],
  [0.06, patch],
  [0.04, create],
];

export default iterations(() => choose(uniform(), MIX));
