// One contact by its id, popular ones often.
import { detail } from './contacts.js';
import { iterations } from './load.js';

export { options } from './load.js';

export default iterations(detail);
