// Somebody logs in, looks at the articles and at one of them, and takes it.
import http from 'k6/http';
import { check, sleep } from 'k6';
import { article } from './lib/articles.js';

const BASE = __ENV.BASE_URL;

export default function () {
  const password = __ENV.SHOP_PASSWORD;
  const welcome = http.post(`${BASE}/login`, JSON.stringify({ password }), { tags: { name: 'login' } });
  check(welcome, { 'logged in': (answer) => answer.status === 200 });
  http.get(`${BASE}/articles`, { tags: { name: 'articles' } });
  sleep(0.1);
  const name = article();
  http.get(`${BASE}/articles/${name}`, { tags: { name: 'article' } });
  http.post(`${BASE}/basket`, JSON.stringify({ name }), { tags: { name: 'basket' } });
}
