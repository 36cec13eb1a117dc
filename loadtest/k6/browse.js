// How people use a list of contacts: mostly one contact, often the first pages, seldom a search.
import { detail, filter, firstPage, nextPage, search } from './contacts.js';
import { choose, iterations } from './load.js';
import { uniform } from './random.js';

export { options, setup } from './load.js';

const MIX = [
  [0.5, detail],
  [0.25, firstPage],
  [0.15, nextPage],
  [0.09, filter],
  [0.01, search],
];

export default iterations(() => choose(uniform(), MIX));
