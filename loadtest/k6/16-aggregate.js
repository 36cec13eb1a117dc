// Isolates aggregation: counts and sums over all contacts by country, city or gender.
import http from 'k6/http';
import { CONTACTS_URL } from './contacts.js';
import { iterations } from './load.js';
import { below } from './random.js';
import { parameters } from './requests.js';

export { options, setup } from './load.js';

const AGGREGATE = parameters('aggregate', false);
const GROUPS = ['country', 'city', 'gender'];

export default iterations(() => {
  http.get(`${CONTACTS_URL}aggregate/?group_by=${GROUPS[below(GROUPS.length)]}`, AGGREGATE);
});
