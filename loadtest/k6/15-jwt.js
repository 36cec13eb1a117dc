// Isolates tokens: one request in twenty logs in, which is mostly the password's hash; the others show a token.
import { choose, iterations, prepared } from './load.js';
import { uniform } from './random.js';
import { issue, logIn, verify } from './tokens.js';

export { options } from './load.js';

export const setup = prepared(logIn);

export default iterations((shared) =>
  choose(uniform(), [
    [0.05, issue],
    [0.95, () => verify(shared)],
  ]),
);
