// Isolates cache misses: every request reads a contact that nobody has read before.
import exec from 'k6/execution';
import http from 'k6/http';
import { CONTACTS_URL } from './contacts.js';
import { scattered } from './keys.js';
import { iterations } from './load.js';
import { parameters } from './requests.js';

export { options, setup } from './load.js';

const DETAIL = parameters('detail', false);

// Contacts come again after as many requests as there are contacts.
export default iterations(() => {
  http.get(`${CONTACTS_URL}${scattered(exec.scenario.iterationInTest)}/`, DETAIL);
});
