// Isolates verifying a token: all show the one that was asked for before the load.
import { iterations, prepared } from './load.js';
import { logIn, verify } from './tokens.js';

export { options } from './load.js';

export const setup = prepared(logIn);

export default iterations(verify);
