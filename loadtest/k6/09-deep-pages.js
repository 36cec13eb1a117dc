// Isolates the depth of a page: twenty pages on from one far down the list, by the links that the service gives.
import { walk } from './contacts.js';
import { iterations } from './load.js';

export { options, setup } from './load.js';

export default iterations(walk);
