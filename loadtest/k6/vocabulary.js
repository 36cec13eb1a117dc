import { SharedArray } from 'k6/data';
import { below, uniform } from './random.js';

// Values of the dataset with their weights, as Walker's alias tables: one draw costs the same whatever the
// length (Vose, IEEE TSE 17(9), 1991). Shared, because every VU would otherwise hold its own copy.
function shared(name) {
  return new SharedArray(name, () => aliases(JSON.parse(open('./vocabulary.json'))[name]));
}

function aliases(pairs) {
  const total = pairs.reduce((sum, [, weight]) => sum + weight, 0);
  const table = pairs.map(([value, weight], index) => [value, (weight * pairs.length) / total, index]);
  const small = [];
  const large = [];
  table.forEach((entry, index) => (entry[1] < 1 ? small : large).push(index));
  while (small.length > 0 && large.length > 0) {
    const poor = small.pop();
    const rich = large[large.length - 1];
    table[poor][2] = rich;
    table[rich][1] -= 1 - table[poor][1];
    if (table[rich][1] < 1) {
      small.push(large.pop());
    }
  }
  return table;
}

function draw(table) {
  const [value, share, alias] = table[below(table.length)];
  return uniform() < share ? value : table[alias][0];
}

const LAST_NAMES = shared('last_names');
const FIRST_NAMES = shared('first_names');
const CITIES = shared('cities');
const COUNTRIES = shared('countries');
const DIGITS = shared('digits');

export const lastName = () => draw(LAST_NAMES);
export const firstName = () => draw(FIRST_NAMES);
export const city = () => draw(CITIES);
export const country = () => draw(COUNTRIES);
export const digits = () => draw(DIGITS);
