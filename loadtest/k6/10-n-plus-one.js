// Isolates related rows: pages of fifty contacts, each with an address and a relationship.
import { nearPage } from './contacts.js';
import { iterations } from './load.js';

export { options, setup } from './load.js';

export default iterations(nearPage);
