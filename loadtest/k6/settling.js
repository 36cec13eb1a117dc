// What became of the writes of a ledger, looked at when the load is over, and told by checks.
//
// Every contact is looked at in two ways: by itself, as in the load, and in a list that nobody has asked for before, so
// that no cache says what the database has lost. Both are repeated until they agree with the ledger, or until what a
// cache may still have is too old.
import { check, sleep } from 'k6';
import http from 'k6/http';
import { ledger } from 'k6/x/scalebed';
import { CONTACTS_URL } from './contacts.js';
import { LAST_NAME, madeWith, written, writtenIn } from './numbered.js';
import { STALE_S } from './settings.js';

const THERE = 'ledger: an acknowledged write is there afterwards';
const ONCE = 'ledger: what was made once is there once';
const EFFECT = 'ledger: of unknown outcome, took effect';
const NO_EFFECT = 'ledger: of unknown outcome, had no effect';
const UNREAD = 'ledger: could not be read afterwards';

// The engine kills k6 40 s after it asked it to stop. Nothing is asked later than LONGEST_S after the load.
const LONGEST_S = 36;
const PATIENCE_S = STALE_S + 1; // a second for what a cache was filled with late
const REQUEST_S = 5;
const AT_ONCE = 6; // k6 asks one host for no more beside one another
const PAGE_SIZE = 200;

const MOST_STALE_S = LONGEST_S - 4;

if (STALE_S > MOST_STALE_S) {
  throw new Error(`STALE_S=${STALE_S} must be at most ${MOST_STALE_S}, or time is over before stale is told from lost`);
}

let began = 0; // of all this, in ms

const passed = () => (Date.now() - began) / 1000;

// Parameters of a request that ends in time.
function inTime() {
  const ms = Math.floor(1000 * Math.min(REQUEST_S, LONGEST_S - passed()));
  return { timeout: Math.max(ms, 1), responseType: 'text' };
}

// All contacts of this ledger as the service lists them; null where a page cannot be read.
function list() {
  const rows = [];
  const address = `${CONTACTS_URL}?last_name=${LAST_NAME}&ordering=id&page_size=${PAGE_SIZE}`;
  for (let page = 1; passed() < LONGEST_S; page++) {
    const response = http.get(`${address}&page=${page}`, inTime());
    const envelope = response.status === 200 ? parsed(response.body) : null;
    if (envelope === null || !Array.isArray(envelope.results)) {
      return null;
    }
    rows.push(...envelope.results);
    if (!envelope.next) {
      return rows;
    }
  }
  return null;
}

// From JSON; null where it is none.
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// How often each value was made.
function tally(rows) {
  const times = {};
  for (const row of rows) {
    const made = madeWith(row.first_name);
    times[made] = (times[made] || 0) + 1;
  }
  return times;
}

// Holds every resource against what is listed; null stands for a list that could not be read.
function compare(states, rows) {
  const values = {};
  for (const row of rows || []) {
    values[row.id] = written(row.phone_number);
  }
  for (const state of states) {
    state.listed = rows === null ? null : ledger.settle(state.resource, values[state.resource.key] || 0);
  }
}

// Reads resources by themselves. What is not there has no value; what answers otherwise stays without a verdict.
function ask(states) {
  for (const state of states) {
    state.read = null;
  }
  for (let first = 0; first < states.length && passed() < LONGEST_S; first += AT_ONCE) {
    const some = states.slice(first, first + AT_ONCE);
    const requests = some.map(({ resource }) => ['GET', `${CONTACTS_URL}${resource.key}/`, null, inTime()]);
    http.batch(requests).forEach(({ status, body }, place) => {
      if (status === 200 || status === 404) {
        some[place].read = ledger.settle(some[place].resource, status === 200 ? writtenIn(body) : 0);
      }
    });
  }
}

const open = (verdict) => verdict === null || verdict === 'lost';

// Looks until all is as the ledger has it, or time is over; how often each value was made, null where that is not
// known. What disagrees and was not looked at again when every cache had to know better stays without a verdict.
function look(states) {
  let times = null;
  for (;;) {
    const since = passed();
    if (times === null || states.some(({ listed }) => open(listed))) {
      const rows = list();
      compare(states, rows);
      times = rows === null ? times : tally(rows);
    }
    ask(states.filter(({ read }) => open(read)));
    const agreed = times !== null && !states.some(({ read, listed }) => open(read) || open(listed));
    if (agreed || since >= PATIENCE_S) {
      return times;
    }
    if (passed() >= LONGEST_S - 1) {
      for (const state of states) {
        state.read = open(state.read) ? null : state.read;
        state.listed = open(state.listed) ? null : state.listed;
      }
      return times;
    }
    sleep(1);
  }
}

// The checks of one resource. The list knows better than a cache; what either has lost is lost.
function judge({ resource, read, listed }, times) {
  const lost = read === 'lost' || listed === 'lost';
  const verdict = listed || read;
  const checks = {};
  if (!lost && verdict === null) {
    checks[UNREAD] = () => true;
  } else {
    checks[THERE] = () => !lost;
  }
  if (!lost && verdict === 'unknown: took effect') {
    checks[EFFECT] = () => true;
  } else if (!lost && verdict === 'unknown: did not') {
    checks[NO_EFFECT] = () => true;
  }
  const made = times === null ? 0 : times[resource.made] || 0;
  if (made > 0) {
    checks[ONCE] = () => made === 1;
  }
  return checks;
}

// The checks of what may have been made.
function judgeUnmade(value, times) {
  if (times === null) {
    return { [UNREAD]: () => true };
  }
  const made = times[value] || 0;
  return made === 0 ? { [NO_EFFECT]: () => true } : { [EFFECT]: () => true, [ONCE]: () => made === 1 };
}

export function settle() {
  began = Date.now();
  const states = ledger.resources().map((resource) => ({ resource, read: null, listed: null }));
  const unmade = ledger.unmade();
  const times = look(states);
  if (times === null) {
    check(null, { [UNREAD]: () => true }); // the list
  }
  states.forEach((state) => check(null, judge(state, times)));
  unmade.forEach((value) => check(null, judgeUnmade(value, times)));
}
