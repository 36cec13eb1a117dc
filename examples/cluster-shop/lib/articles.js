import { SharedArray } from 'k6/data';

const NAMES = new SharedArray('articles', () => open('../articles.csv').trim().split('\n'));

// The name of one of them.
export function article() {
  return NAMES[Math.floor(Math.random() * NAMES.length)];
}
