import http from 'k6/http';
import { below } from './random.js';
import { JSON_HEADERS, parameters } from './requests.js';
import { BASE_URL } from './settings.js';

const ITEMS = 50;
const PRIMES_UP_TO = 20000;

const HEALTH = parameters('health', false);
const JSON_LIST = parameters('json', false);
const ECHO = parameters('echo', false, JSON_HEADERS);
const CPU = parameters('cpu', false);

export function health() {
  http.get(`${BASE_URL}/healthz`, HEALTH);
}

export function jsonList() {
  http.get(`${BASE_URL}/api/basics/json/?items=${ITEMS}`, JSON_LIST);
}

export function echo() {
  const body = {
    name: `Name ${below(1000)}`,
    code: `ABC-${1000 + below(9000)}`,
    quantity: below(1001),
    tags: ['one', 'two', 'three', 'four', 'five'],
  };
  http.post(`${BASE_URL}/api/basics/echo/`, JSON.stringify(body), ECHO);
}

export function cpu() {
  http.get(`${BASE_URL}/api/basics/cpu/?n=${PRIMES_UP_TO}`, CPU);
}
