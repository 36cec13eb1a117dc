// One contact by its id, popular ones often.
import { detail } from './contacts.js';
import { iterations } from './load.js';

export { options, setup } from './load.js';

export default iterations(detail);
