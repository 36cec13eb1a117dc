// Isolates lists: first pages, and the pages after them.
import { firstPage, nextPage } from './contacts.js';
import { choose, iterations } from './load.js';
import { uniform } from './random.js';

export { options, setup } from './load.js';

const MIX = [
  [0.6, firstPage],
  [0.4, nextPage],
];

export default iterations(() => choose(uniform(), MIX));
