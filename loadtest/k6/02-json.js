// Isolates making JSON: fifty small items, always the same, from no database.
import { jsonList } from './basics.js';
import { iterations } from './load.js';

export { options, setup } from './load.js';

export default iterations(jsonList);
