// Isolates a session from log-in to last page: log in, then ten times read, change and read back a contact.
import { check } from 'k6';
import exec from 'k6/execution';
import http from 'k6/http';
import { CONTACTS_URL, phoneNumber } from './contacts.js';
import { contacts } from './dataset.js';
import { iterations, prepared } from './load.js';
import { below } from './random.js';
import { JSON_HEADERS, head, parameters } from './requests.js';
import { MAX_VUS, USERS } from './settings.js';
import { issue, verify } from './tokens.js';

export { options } from './load.js';

export const writes = true;

const ROUNDS = 10;
const READ = parameters('detail', false);
const CHANGE = parameters('patch', false, JSON_HEADERS);
const READ_BACK = parameters('read-back', true);

// Contacts are dealt out to the VUs: what a VU reads back, nobody else has changed meanwhile.
const SHARES = Math.max(MAX_VUS, USERS);

export const setup = prepared(() => {
  if (SHARES > contacts()) {
    throw new Error(`CONTACTS=${contacts()} must be at least MAX_VUS and USERS, so that each has a contact of its own`);
  }
});

let url = null; // of the contact that this VU's session is about
let phone = null;
let step = 0; // of the session; one iteration takes one

function begin() {
  const own = exec.vu.idInTest - 1 + SHARES * below(Math.floor(contacts() / SHARES));
  url = `${CONTACTS_URL}${1 + own}/`;
  return issue();
}

function read() {
  return http.get(url, READ).status === 200;
}

function change() {
  phone = phoneNumber();
  return http.patch(url, JSON.stringify({ phone_number: phone }), CHANGE).status === 200;
}

function readBack() {
  const response = http.get(url, READ_BACK);
  if (response.status === 200) {
    check(head(response), { 'what was changed is read back': (text) => text.includes(`"${phone}"`) });
  }
  return response.status === 200;
}

const SESSION = [begin, verify].concat(...Array.from({ length: ROUNDS }, () => [read, change, readBack]));

// A session that failed is begun anew.
export default iterations(() => {
  step = SESSION[step]() ? (step + 1) % SESSION.length : 0;
});
