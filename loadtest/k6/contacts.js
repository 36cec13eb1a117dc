import http from 'k6/http';
import { contacts } from './dataset.js';
import { contactId } from './keys.js';
import { choose } from './load.js';
import { below, uniform } from './random.js';
import { JSON_HEADERS, head, parameters } from './requests.js';
import { BASE_URL } from './settings.js';
import { city, country, digits, firstName, lastName } from './vocabulary.js';

export const CONTACTS_URL = `${BASE_URL}/api/contacts/`;
const PAGE_SIZE = 50;
const pages = () => Math.ceil(contacts() / PAGE_SIZE);
const WALK = 20; // pages that are followed from a deep one

const DETAIL = parameters('detail', false);
const LIST = parameters('list', true);
const NEXT = parameters('next', true);
const FILTER = parameters('filter', false);
const SEARCH = parameters('search', false);
const DEEP_PAGE = parameters('deep-page', false);
const DEEP_START = parameters('deep-page', true);
const PAGE = parameters('page', false);
const CREATE = parameters('create', true, JSON_HEADERS);
const PATCH = parameters('patch', false, JSON_HEADERS);
const TRANSFER = parameters('transfer', false, JSON_HEADERS);
const DELETE = parameters('delete', false);

// This VU's memory.
let following = null; // the link that its last page gave it
let second = null; // the link that its last first page gave it
let deeper = null; // the link that its last deep page gave it
let walked = 0; // pages since the one that it went to by its number
const created = []; // ids of the contacts that it made and has not deleted

// The `next` of an envelope, to be followed as it is. One that leads away from BASE_URL is an error: what it names is not
// what is measured. Found in the text before the results: to parse a whole page would cost the generator more than the
// request.
function nextOf(response) {
  if (response.status !== 200) {
    return null;
  }
  const link = /"next"\s*:\s*(null|"(?:[^"\\]|\\.)*")/.exec(head(response));
  if (link === null) {
    throw new Error(`a page names no next at its beginning: ${response.url}`);
  }
  const next = JSON.parse(link[1]);
  if (next !== null && !next.startsWith(`${BASE_URL}/`)) {
    throw new Error(`the page ${response.url} names a next that leads away from ${BASE_URL}: ${next}`);
  }
  return next;
}

export function detail() {
  http.get(`${CONTACTS_URL}${contactId()}/`, DETAIL);
}

export function firstPage() {
  second = nextOf(http.get(CONTACTS_URL, LIST));
  following = second;
}

// Follows this VU's link; one that has none yet asks for the first page.
export function nextPage() {
  const link = following || second;
  if (link === null) {
    firstPage();
  } else {
    following = nextOf(http.get(link, NEXT));
  }
}

export function deepPage() {
  http.get(`${CONTACTS_URL}?page=${1 + below(pages())}`, DEEP_PAGE);
}

// To a page in the deeper half of the list by its number, then twenty pages on by the links that the service gives.
export function walk() {
  if (deeper === null || walked === WALK) {
    const from = Math.ceil(pages() / 2);
    deeper = nextOf(http.get(`${CONTACTS_URL}?page=${from + below(Math.max(pages() - from - WALK, 1))}`, DEEP_START));
    walked = 0;
  } else {
    deeper = nextOf(http.get(deeper, NEXT));
    walked += 1;
  }
}

// A page near the start, by its number.
export function nearPage() {
  http.get(`${CONTACTS_URL}?page=${1 + below(Math.min(pages(), 20))}`, PAGE);
}

// Filters that leave few rows, as people use them, each with an order.
const FILTERS = [
  [0.5, () => `last_name=${encodeURIComponent(lastName())}&ordering=-created`],
  [0.25, birthdays],
  [0.15, () => `address__city=${encodeURIComponent(city())}&ordering=last_name`],
  [0.1, () => `relationship__points__gte=${50000 + 1000 * below(40)}&ordering=-relationship__points`],
];

function birthdays() {
  const first = Date.UTC(1950, 0, 1 + below(365 * 50));
  const last = first + 6 * 86400000;
  return `birthday__gte=${day(first)}&birthday__lte=${day(last)}&ordering=last_name`;
}

function day(time) {
  return new Date(time).toISOString().slice(0, 10);
}

export function filter() {
  http.get(`${CONTACTS_URL}?${choose(uniform(), FILTERS)}`, FILTER);
}

const TERMS = [
  [0.5, lastName],
  [0.2, () => `${firstName()} ${lastName()}`],
  [0.15, city],
  [0.15, digits],
];

export function search() {
  http.get(`${CONTACTS_URL}?search=${encodeURIComponent(choose(uniform(), TERMS))}`, SEARCH);
}

export function phoneNumber() {
  return `+49${1000000000 + below(1000000000)}`;
}

export function newContact() {
  return {
    first_name: firstName(),
    last_name: lastName(),
    gender: 'FMO'[below(3)],
    phone_number: phoneNumber(),
    birthday: day(Date.UTC(1950, 0, 1 + below(365 * 50))),
    address: {
      street: 'Teststraße',
      street_number: String(1 + below(200)),
      city: city(),
      city_code: String(10000 + below(90000)),
      country: country(),
    },
    relationship: { points: 1000000 },
  };
}

export function create() {
  const response = http.post(CONTACTS_URL, JSON.stringify(newContact()), CREATE);
  if (response.status === 201) {
    created.push(Number(/"id"\s*:\s*(\d+)/.exec(head(response))[1]));
  }
}

export function patch() {
  http.patch(`${CONTACTS_URL}${contactId()}/`, JSON.stringify({ phone_number: phoneNumber() }), PATCH);
}

// Between two contacts that this VU made, which surely have the points; before there are two, it makes one.
export function transfer() {
  if (created.length < 2) {
    create();
    return;
  }
  const from = below(created.length);
  const to = (from + 1 + below(created.length - 1)) % created.length;
  const body = { from: created[from], to: created[to], points: 1 + below(10) };
  http.post(`${CONTACTS_URL}transfer/`, JSON.stringify(body), TRANSFER);
}

// Deletes the oldest contact that this VU made; before there is one, it makes one.
export function remove() {
  if (created.length === 0) {
    create();
    return;
  }
  http.del(`${CONTACTS_URL}${created.shift()}/`, null, DELETE);
}
