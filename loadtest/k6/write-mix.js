// Reads with a good share of writes between them.
import { create, detail, patch, remove, transfer } from './contacts.js';
import { choose, iterations } from './load.js';
import { uniform } from './random.js';

export { options, setup } from './load.js';

export const writes = true;

const MIX = [
  [0.7, detail],
  [0.1, create],
  [0.1, patch],
  [0.05, transfer],
  [0.05, remove],
];

export default iterations(() => choose(uniform(), MIX));
