// Isolates what becomes of acknowledged writes: reads and writes of contacts whose every value is kept in a ledger.
import { check } from 'k6';
import http from 'k6/http';
import { guard, ledger } from 'k6/x/scalebed';
import { CONTACTS_URL, detail, firstPage } from './contacts.js';
import { choose, iterations, prepared } from './load.js';
import { numbered, phoneOf, writtenIn } from './numbered.js';
import { restart, uniform } from './random.js';
import { JSON_HEADERS, answered, beside, head, parameters } from './requests.js';
import { SEED, STALE_S } from './settings.js';
import { settle } from './settling.js';

export { options } from './load.js';

export const writes = true;

const FIRST = 48; // contacts that are there from the first second
const READ = parameters('read-back', true);
const MAKE = parameters('create', true, JSON_HEADERS);
const CHANGE = parameters('patch', false, JSON_HEADERS);
const FRESH = 'ledger: a read is no staler than declared';

export const setup = prepared(() => {
  restart(SEED, 0);
  const values = Array.from({ length: FIRST }, () => ledger.next());
  const body = JSON.stringify({ contacts: values.map(numbered) });
  const { ids } = answered(http.post(`${CONTACTS_URL}bulk/`, body, beside(JSON_HEADERS)), 201);
  values.forEach((value, place) => ledger.made(value, 'acknowledged', String(ids[place])));
});

// Squared, so that a few are read and written often: what a cache holds is then read soon after it was written.
const place = () => uniform() ** 2;

// What a service said to a write. Without a whole answer the status is 0.
function outcome(status) {
  if (status >= 200 && status < 300) {
    return 'acknowledged';
  }
  return status >= 400 && status < 500 ? 'refused' : 'unknown';
}

function make() {
  const value = ledger.next();
  const response = http.post(CONTACTS_URL, JSON.stringify(numbered(value)), MAKE);
  const told = outcome(response.status);
  if (told !== 'acknowledged') {
    ledger.made(value, told, '');
    return;
  }
  const id = /"id"\s*:\s*(\d+)/.exec(head(response));
  ledger.made(value, id === null ? 'unknown' : told, id === null ? '' : id[1]);
}

function change() {
  const lent = ledger.lend(place());
  if (lent === null) {
    make();
    return;
  }
  const body = JSON.stringify({ phone_number: phoneOf(lent.value) });
  ledger.wrote(lent, outcome(http.patch(`${CONTACTS_URL}${lent.key}/`, body, CHANGE).status));
}

// A contact that is not there is a wrong answer: its making was acknowledged. Other statuses say nothing of it.
function read() {
  const mark = ledger.look(place());
  if (mark === null) {
    make();
    return;
  }
  const response = http.get(`${CONTACTS_URL}${mark.key}/`, READ);
  if (response.status === 200 || response.status === 404) {
    // NaN, which is less than nothing, also where it never had the value.
    const stale = response.status === 200 ? ledger.read(mark, writtenIn(head(response))) : NaN;
    check(response, { [FRESH]: () => stale <= STALE_S * 1000 });
  }
}

const MIX = [
  [0.5, read],
  [0.2, detail],
  [0.1, firstPage],
  [0.15, change],
  [0.05, make],
];

export default iterations(() => choose(uniform(), MIX));

export function teardown() {
  guard();
  settle();
}
