import { contacts } from './dataset.js';
import { SKEW } from './settings.js';
import { zipf } from './zipf.js';

// Ids run from 1 to the number of contacts. Popular ranks are scattered over them by a bijection (multiplication by a
// number coprime to it, near the golden section of it), so that hot rows do not lie on neighbouring pages.
let rows = 0;
let stride = 1;
let rank = null;

// Once, as soon as it is known how many contacts there are.
function prepare() {
  if (rows !== contacts()) {
    rows = contacts();
    stride = coprime(Math.floor(rows * 0.6180339887));
    rank = zipf(rows, SKEW);
  }
}

function coprime(start) {
  for (let candidate = Math.max(start, 1); ; candidate++) {
    let [a, b] = [candidate, rows];
    while (b !== 0) {
      [a, b] = [b, a % b];
    }
    if (a === 1) {
      return candidate;
    }
  }
}

// The id of the contact with this rank, from 0; a rank beyond the last one begins anew.
export function scattered(place) {
  prepare();
  return 1 + (((place % rows) * stride) % rows);
}

// The id of a contact, few of them often and most of them seldom.
export function contactId() {
  prepare();
  return scattered(rank());
}
