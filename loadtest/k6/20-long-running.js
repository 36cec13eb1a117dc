// Isolates time: people who browse for many minutes, while the memory of each replica is watched.
export { default, options, setup } from './browse.js';
