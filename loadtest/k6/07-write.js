// Isolates single writes: half of them change a contact, the others make and delete one.
import { create, patch, remove } from './contacts.js';
import { choose, iterations } from './load.js';
import { uniform } from './random.js';

export { options, setup } from './load.js';

export const writes = true;

const MIX = [
  [0.5, patch],
  [0.3, create],
  [0.2, remove],
];

export default iterations(() => choose(uniform(), MIX));
