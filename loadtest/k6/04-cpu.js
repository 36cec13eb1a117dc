// Isolates the interpreter: the same plain loop everywhere, so no framework can make it faster.
import { cpu } from './basics.js';
import { iterations } from './load.js';

export { options, setup } from './load.js';

export default iterations(cpu);
