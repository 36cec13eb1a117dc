// The test that most people write first: fifty users in three scenarios at once, a closed model.
import { create, detail, filter, firstPage, nextPage, patch, search } from './contacts.js';
import { choose, closed, iterations, options as single } from './load.js';
import { uniform } from './random.js';
import { USERS } from './settings.js';

export { setup } from './load.js';

export const writes = true;

if (USERS < 3) {
  throw new Error('classic is a closed model in three scenarios: set USERS to 3 or more');
}

const FINDING = Math.max(Math.round(0.3 * USERS), 1);
const EDITING = Math.max(Math.round(0.2 * USERS), 1);

export const options = {
  ...single,
  scenarios: {
    paging: { ...closed(USERS - FINDING - EDITING), exec: 'paging' },
    finding: { ...closed(FINDING), exec: 'finding' },
    editing: { ...closed(EDITING), exec: 'editing' },
  },
};

const PAGING = [
  [0.6, firstPage],
  [0.4, nextPage],
];
const FINDS = [
  [0.8, filter],
  [0.2, search],
];
const EDITS = [
  [0.6, detail],
  [0.3, patch],
  [0.1, create],
];

export const paging = iterations(() => choose(uniform(), PAGING), 0);
export const finding = iterations(() => choose(uniform(), FINDS), 1);
export const editing = iterations(() => choose(uniform(), EDITS), 2);

export default paging;
