import http from 'k6/http';
import { JSON_HEADERS, json, parameters } from './requests.js';
import { BASE_URL, PASSWORD, TIMEOUT, USERNAME } from './settings.js';

const TOKEN = parameters('token', true, JSON_HEADERS);
const CREDENTIALS = JSON.stringify({ username: USERNAME, password: PASSWORD });

let access = null; // this VU's access token

// Whether there is a token now.
export function issue() {
  const response = http.post(`${BASE_URL}/api/auth/token/`, CREDENTIALS, TOKEN);
  access = response.status === 200 ? json(response).access : null;
  return access !== null;
}

// Asks who the token speaks for; a VU that has no token gets one instead. Whether the token was taken.
export function verify() {
  if (access === null) {
    return issue();
  }
  const headers = { Authorization: `Bearer ${access}` };
  const asked = { tags: { endpoint: 'me' }, timeout: TIMEOUT, responseType: 'none', headers };
  return http.get(`${BASE_URL}/api/auth/me/`, asked).status === 200;
}
