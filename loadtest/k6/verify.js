// Isolates verifying a token: all show the one that was asked for before the load.
import { iterations } from './load.js';
import { logIn, verify } from './tokens.js';

export { options } from './load.js';

export { logIn as setup };

export default iterations(verify);
