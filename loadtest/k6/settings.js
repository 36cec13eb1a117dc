// What the environment says. Everything a scenario needs comes from here, so that the same files run on one
// machine and under the k6-operator.

function number(name, fallback, least) {
  const text = __ENV[name];
  if (text === undefined || text === '') {
    if (fallback === undefined) {
      throw new Error(`${name} is not set: give it to k6 in the environment`);
    }
    return fallback;
  }
  const value = Number(text);
  if (!(value >= least)) {
    throw new Error(`${name}=${text} must be a number of at least ${least}`);
  }
  return value;
}

function url(name) {
  const text = __ENV[name];
  if (!/^https?:\/\/[^/]+\/*$/.test(text || '')) {
    throw new Error(`${name}=${text} must be a URL without a path, such as http://127.0.0.1:8000`);
  }
  return text.replace(/\/+$/, '');
}

// "rate:seconds,rate:seconds", or the same with users.
function steps(name, what, least) {
  return (__ENV[name] || '')
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const [value, seconds] = part.split(':').map(Number);
      if (!(value >= least && seconds > 0)) {
        throw new Error(`${name}: ${part} must be ${what}:seconds, such as 20:30`);
      }
      return { [what]: value, duration: `${seconds}s` };
    });
}

export const BASE_URL = url('BASE_URL');
export const CONTACTS = number('CONTACTS', 0, 1);
export const SEED = number('SEED', 1, 0);
export const SKEW = number('SKEW', 0.99, 0);
export const STAGES = steps('STAGES', 'users', 1);
export const USERS = STAGES.length > 0 ? Math.max(...STAGES.map((stage) => stage.users)) : number('USERS', 0, 0);
export const STEPS = steps('STEPS', 'rate', 0);
export const RATE = USERS > 0 || STEPS.length > 0 ? 0 : number('RATE', undefined, 0);
export const DURATION = __ENV.DURATION || '60s';
export const MAX_VUS = number('MAX_VUS', 100, 1);
export const STALE_S = number('STALE_S', 30, 0); // how old a read may be: CACHE_TTL_S of the services here
export const TIMEOUT = __ENV.TIMEOUT || '30s';
export const USERNAME = __ENV.BENCH_USERNAME || 'bench';
export const PASSWORD = __ENV.BENCH_PASSWORD || 'bench';
