import http from 'k6/http';
import { JSON_HEADERS, answered, beside, json, parameters } from './requests.js';
import { BASE_URL, PASSWORD, TIMEOUT, USERNAME } from './settings.js';

const URL = `${BASE_URL}/api/auth/token/`;
const TOKEN = parameters('token', true, JSON_HEADERS);
const CREDENTIALS = JSON.stringify({ username: USERNAME, password: PASSWORD });

let access; // this VU's access token; null when it needs a new one

// Logs in before the load, for a token that all VUs can show: hashing the password for each of hundreds of VUs
// would be all that the service does.
export function logIn() {
  return answered(http.post(URL, CREDENTIALS, beside(JSON_HEADERS)), 200).access;
}

// Logs in as part of the load. Whether there is a token now.
export function issue() {
  const response = http.post(URL, CREDENTIALS, TOKEN);
  access = response.status === 200 ? json(response).access : null;
  return access !== null;
}

// Asks who the token speaks for: the VU's own, or before it has one the shared one. A VU whose token is no longer
// taken asks for a new one next. Whether the token was taken.
export function verify(shared = null) {
  access = access === undefined ? shared : access;
  if (access === null) {
    return issue();
  }
  const headers = { Authorization: `Bearer ${access}` };
  const asked = { tags: { endpoint: 'me' }, timeout: TIMEOUT, responseType: 'none', headers };
  const { status } = http.get(`${BASE_URL}/api/auth/me/`, asked);
  access = status === 401 ? null : access;
  return status === 200;
}
