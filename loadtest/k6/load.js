import exec from 'k6/execution';
import { guard } from 'k6/x/scalebed';
import { scenario } from './arrivals.js';
import { ask, learn } from './dataset.js';
import { restart } from './random.js';
import { SEED } from './settings.js';

export { closed } from './arrivals.js';

export const options = {
  scenarios: { load: scenario() },
  discardResponseBodies: true,
  maxRedirects: 0,
  systemTags: ['status', 'error', 'check'],
  userAgent: 'scalebed',
};

// Makes a script's setup, which every script exports: what all VUs must know of the data, and what `own` returns.
export function prepared(own = () => null) {
  return () => {
    guard(); // what is asked here is no part of the load
    const contacts = ask();
    learn(contacts);
    return { contacts, own: own() };
  };
}

export const setup = prepared();

// Makes k6's default function of what one iteration does. One that throws is counted as a failed request.
// `stream` tells apart the random numbers of scenarios that run beside each other.
export function iterations(once, stream = 0) {
  return (data) => {
    if (data) {
      learn(data.contacts);
    }
    restart(SEED + stream, exec.scenario.iterationInTest);
    once(data ? data.own : null);
  };
}

// Runs one of the [share, action] pairs; the shares add up to 1 and `u` is uniform in [0, 1).
export function choose(u, pairs) {
  let left = u;
  for (const [share, action] of pairs) {
    left -= share;
    if (left < 0) {
      return action();
    }
  }
  return pairs[pairs.length - 1][1]();
}
