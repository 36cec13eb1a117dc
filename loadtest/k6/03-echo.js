// Isolates reading, checking and writing a small JSON body, without a database.
import { echo } from './basics.js';
import { iterations } from './load.js';

export { options, setup } from './load.js';

export default iterations(echo);
