import { CONTACTS, SKEW } from './settings.js';
import { zipf } from './zipf.js';

// Ids run from 1 to CONTACTS. Popular ranks are scattered over them by a bijection (multiplication by a number
// coprime to CONTACTS, near the golden section of it), so that hot rows do not lie on neighbouring pages.
const STRIDE = coprime(Math.floor(CONTACTS * 0.6180339887));
const rank = zipf(CONTACTS, SKEW);

function coprime(start) {
  for (let candidate = Math.max(start, 1); ; candidate++) {
    let [a, b] = [candidate, CONTACTS];
    while (b !== 0) {
      [a, b] = [b, a % b];
    }
    if (a === 1) {
      return candidate;
    }
  }
}

// The id of the contact with this rank, from 0; a rank of CONTACTS or more begins anew.
export function scattered(place) {
  return 1 + (((place % CONTACTS) * STRIDE) % CONTACTS);
}

// The id of a contact, few of them often and most of them seldom.
export function contactId() {
  return scattered(rank());
}
