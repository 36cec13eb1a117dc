import http from 'k6/http';
import { beside } from './requests.js';
import { BASE_URL, CONTACTS } from './settings.js';

// Where the chart's balancer publishes the dataset that the release was installed with.
const PUBLISHED = `${BASE_URL}/.well-known/dataset.json`;

let rows = CONTACTS; // 0 while nobody has said

// How many contacts there are; their ids run from 1.
export function contacts() {
  return rows;
}

// Takes what `ask` found: each VU is told by what setup returns.
export function learn(found) {
  rows = found;
}

// The environment's word, or else the release's. Done before the load, since a script cannot ask while it is read.
export function ask() {
  if (CONTACTS > 0) {
    return CONTACTS;
  }
  const response = http.get(PUBLISHED, beside());
  if (response.status !== 200) {
    throw new Error(`CONTACTS is not set and ${PUBLISHED} answered ${response.status}: set it to the rows of the dataset`);
  }
  return JSON.parse(response.body).contacts;
}
