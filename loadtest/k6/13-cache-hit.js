// Isolates cache hits: twenty contacts that everybody reads.
import http from 'k6/http';
import { CONTACTS_URL } from './contacts.js';
import { scattered } from './keys.js';
import { iterations } from './load.js';
import { below } from './random.js';
import { parameters } from './requests.js';

export { options, setup } from './load.js';

const HOT = 20;
const DETAIL = parameters('detail', false);

export default iterations(() => {
  http.get(`${CONTACTS_URL}${scattered(below(HOT))}/`, DETAIL);
});
