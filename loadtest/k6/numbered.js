// Contacts that carry numbers of the ledger: their phone number is what was written to them last, their first name what
// they were made with, and never changed. Their last name is of this k6 process alone, so that all can be listed.
import { ledger } from 'k6/x/scalebed';
import { newContact } from './contacts.js';

export const LAST_NAME = `Ledger-${ledger.name()}`;
const ZERO = 1000000000; // so that phone numbers have ten digits

export function numbered(value) {
  return { ...newContact(), first_name: `No ${value}`, last_name: LAST_NAME, phone_number: phoneOf(value) };
}

export function phoneOf(value) {
  return `+49${ZERO + value}`;
}

// What was written last to the contact with this phone number; NaN where that is none of the ledger's.
export function written(phone) {
  const digits = /^\+49(\d{10,15})$/.exec(phone);
  return digits === null ? NaN : Number(digits[1]) - ZERO;
}

// The same of the JSON of one contact, of which the beginning is enough.
export function writtenIn(text) {
  const phone = /"phone_number"\s*:\s*"([^"]*)"/.exec(text);
  return phone === null ? NaN : written(phone[1]);
}

// What the contact with this first name was made with.
export function madeWith(firstName) {
  return Number(String(firstName).replace('No ', ''));
}
