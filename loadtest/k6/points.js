import http from 'k6/http';
import { CONTACTS_URL, newContact } from './contacts.js';
import { below, restart } from './random.js';
import { JSON_HEADERS, answered, beside, parameters } from './requests.js';
import { SEED } from './settings.js';

const TRANSFER = parameters('transfer', false, JSON_HEADERS);

// Makes so many contacts, each with a million points; their ids.
export function rich(number) {
  restart(SEED, 0);
  const contacts = Array.from({ length: number }, newContact);
  const response = http.post(`${CONTACTS_URL}bulk/`, JSON.stringify({ contacts }), beside(JSON_HEADERS));
  return answered(response, 201).ids;
}

// The points of all contacts together.
export function total() {
  return answered(http.get(`${CONTACTS_URL}stats/`, beside()), 200).points.total;
}

export function transferAmong(ids) {
  const from = below(ids.length);
  const to = (from + 1 + below(ids.length - 1)) % ids.length;
  const body = { from: ids[from], to: ids[to], points: 1 + below(10) };
  http.post(`${CONTACTS_URL}transfer/`, JSON.stringify(body), TRANSFER);
}
