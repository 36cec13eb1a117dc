// Isolates tokens: one request in twenty logs in, which is mostly the password's hash; the others show a token.
import { choose, iterations } from './load.js';
import { uniform } from './random.js';
import { issue, verify } from './tokens.js';

export { options } from './load.js';

const MIX = [
  [0.05, issue],
  [0.95, verify],
];

export default iterations(() => choose(uniform(), MIX));
