// How the load arrives, for the scripts of this folder and for those that know nothing of it.
import http from 'k6/http';
import 'k6/x/scalebed';
import { DURATION, MAX_VUS, RATE, SEED, STAGES, STEPS, TIMEOUT, USERS } from './settings.js';

// A script that expects another status says so with `http.expectedStatuses`; k6's own default would expect every 3xx.
http.setResponseCallback(http.expectedStatuses({ min: 200, max: 299 }));

// A closed model of so many users.
export function closed(users) {
  return { executor: 'watched-constant-vus', vus: users, duration: DURATION, gracefulStop: TIMEOUT };
}

// k6's scenario of it, as the environment asks for it.
export function scenario() {
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
