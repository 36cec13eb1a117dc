// Isolates reading one contact by its key, popular ones often.
import { detail } from './contacts.js';
import { iterations } from './load.js';

export { options, setup } from './load.js';

export default iterations(detail);
