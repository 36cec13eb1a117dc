// Isolates a sudden crowd: people who browse, ten of them, then at once a hundred, then ten again.
export { default, options, setup } from './browse.js';
