// Isolates what every request costs: balancer, server and middleware, with nothing behind them.
import { health } from './basics.js';
import { iterations } from './load.js';

export { options, setup } from './load.js';

export default iterations(health);
