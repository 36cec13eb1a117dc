import exec from 'k6/execution';
import http from 'k6/http';
import { restart } from './random.js';
import { DURATION, MAX_VUS, RATE, SEED, STEPS, TIMEOUT, USERS } from './settings.js';

// What only k6's own thresholds and summaries would use is left out.
http.setResponseCallback(null);

function scenario() {
  if (USERS > 0) {
    return { executor: 'constant-vus', vus: USERS, duration: DURATION, gracefulStop: TIMEOUT };
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
  systemTags: ['status', 'error'],
  userAgent: 'scalebed',
};

// Makes k6's default function of what one iteration does. A fault in it ends the run: k6 itself would go on.
export function iterations(once) {
  return () => {
    restart(SEED, exec.scenario.iterationInTest);
    try {
      once();
    } catch (error) {
      exec.test.abort(`An iteration threw ${error}\n${error.stack}`);
    }
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
