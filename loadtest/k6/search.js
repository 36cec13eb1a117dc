// Searches for names, cities and digits.
import { search } from './contacts.js';
import { iterations } from './load.js';

export { options, setup } from './load.js';

export default iterations(search);
