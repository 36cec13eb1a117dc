import exec from 'k6/execution';
import http from 'k6/http';
import 'k6/x/scalebed';
import { ask, learn } from './dataset.js';
import { restart } from './random.js';
import { DURATION, MAX_VUS, RATE, SEED, STAGES, STEPS, TIMEOUT, USERS } from './settings.js';

// A script that expects another status says so with `http.expectedStatuses`; k6's own default would expect every 3xx.
http.setResponseCallback(http.expectedStatuses({ min: 200, max: 299 }));

// A closed model of so many users.
export function closed(users) {
  return { executor: 'watched-constant-vus', vus: users, duration: DURATION, gracefulStop: TIMEOUT };
}

function scenario() {
  if (STAGES.length > 0) {
    // Each stage begins at once; a stage of no length is how k6 spells a jump.
    const stages = STAGES.flatMap(({ users, duration }) => [
      { target: users, duration: '0s' },
      { target: users, duration },
    ]);
    const grace = { gracefulStop: TIMEOUT, gracefulRampDown: TIMEOUT };
    return { executor: 'watched-ramping-vus', startVUs: STAGES[0].users, stages, ...grace };
  }
  if (USERS > 0) {
    return closed(USERS);
  }
  const rates = STEPS.length > 0 ? { stages: STEPS } : { rate: RATE, duration: DURATION };
  return {
    executor: 'poisson-arrival-rate',
    preAllocatedVUs: MAX_VUS,
    seed: SEED,
    gracefulStop: TIMEOUT,
    ...rates,
  };
}

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
