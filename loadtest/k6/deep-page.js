// Pages by their number, anywhere in the list.
import { deepPage } from './contacts.js';
import { iterations } from './load.js';

export { options, setup } from './load.js';

export default iterations(deepPage);
