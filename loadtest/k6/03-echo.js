// Isolates reading, checking and writing a small JSON body, without a database.
import { echo } from './basics.js';
import { iterations } from './load.js';

export { options } from './load.js';

export default iterations(echo);
