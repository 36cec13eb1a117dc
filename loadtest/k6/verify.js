// Isolates verifying a token: a VU logs in once, and then only shows what it got.
import { iterations } from './load.js';
import { verify } from './tokens.js';

export { options } from './load.js';

export default iterations(verify);
