// A tester's visit: log in, search the test cases of a plan, open a run.
import http from 'k6/http';
import { check, fail, group } from 'k6';

const base = __ENV.BASE_URL || 'http://localhost:8000';
const password = __ENV.TESTER_PASSWORD || 'correct-horse-battery';

export const options = {
  vus: 2,
  duration: '30s',
  thresholds: { checks: ['rate>0.99'] },
};

function rpc(method, params, name) {
  const answer = http.post(
    `${base}/json-rpc/`,
    JSON.stringify({ jsonrpc: '2.0', id: 'k6', method, params }),
    { headers: { 'Content-Type': 'application/json' }, tags: { name } },
  );
  check(answer, { [`${name} answers`]: (r) => r.status === 200 && Array.isArray(r.json('result')) });
  return answer.json('result') || [];
}

export default function () {
  group('log in', () => {
    const form = http.get(`${base}/accounts/login/`, { tags: { name: 'login form' } });
    const token = form.html().find('input[name=csrfmiddlewaretoken]').first().attr('value');
    if (!token) fail(`no CSRF token: ${form.status}`);
    const home = http.post(
      `${base}/accounts/login/`,
      { csrfmiddlewaretoken: token, username: `tester${1 + Math.floor(Math.random() * 20)}`, password },
      { headers: { Referer: form.url }, tags: { name: 'login' } },
    );
    check(home, { 'logged in': (r) => r.status === 200 && r.body.includes('/accounts/logout/') });
  });

  group('search', () => {
    http.get(`${base}/plan/search/`, { tags: { name: 'plan search' } });
    const plans = rpc('TestPlan.filter', [{ is_active: true }], 'plans');
    check(plans, { 'there are 30 plans': (found) => found.length === 30 });
    const plan = plans[Math.floor(Math.random() * plans.length)];
    const cases = rpc('TestCase.filter', [{ plan: plan.id }], 'cases');
    check(cases, { 'a plan has 20 cases': (found) => found.length === 20 });
    const runs = rpc('TestRun.filter', [{ plan: plan.id }], 'runs');
    const run = http.get(`${base}/runs/${runs[0].id}/`, { tags: { name: 'run' } });
    check(run, { 'the run opens': (r) => r.status === 200 && r.body.includes('round') });
  });
}
