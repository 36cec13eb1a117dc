// Isolates searching: names, cities and digits, found by LIKE or by full text.
import { search } from './contacts.js';
import { iterations } from './load.js';

export { options, setup } from './load.js';

export default iterations(search);
