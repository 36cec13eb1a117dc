// Isolates writes in bulk: a thousand contacts in one request.
import http from 'k6/http';
import { CONTACTS_URL, newContact } from './contacts.js';
import { iterations } from './load.js';
import { JSON_HEADERS, parameters } from './requests.js';

export { options, setup } from './load.js';

export const writes = true;

const SIZE = 1000;
const BULK = parameters('bulk', false, JSON_HEADERS);

export default iterations(() => {
  const contacts = Array.from({ length: SIZE }, newContact);
  http.post(`${CONTACTS_URL}bulk/`, JSON.stringify({ contacts }), BULK);
});
