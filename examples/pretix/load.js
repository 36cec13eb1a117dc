// Three of four visits buy tickets; the fourth is a clerk who logs in and looks through the orders.
import http from 'k6/http';
import { check, fail, group } from 'k6';

const base = __ENV.BASE_URL || 'http://localhost:8000';
const password = __ENV.CLERK_PASSWORD || 'correct-horse-battery';

export const options = {
  vus: 2,
  duration: '30s',
  thresholds: { checks: ['rate>0.99'] },
};

function csrf(page) {
  const token = page.html().find('input[name=csrfmiddlewaretoken]').first().attr('value');
  if (!token) fail(`no CSRF token in ${page.url}`);
  return token;
}

function buy() {
  const event = `${base}/townhall/event${1 + Math.floor(Math.random() * 40)}/`;
  let shop;

  group('browse', () => {
    const list = http.get(`${base}/townhall/`, { tags: { name: 'events' } });
    check(list, { 'events are listed': (r) => r.status === 200 && r.body.includes('Town Hall') });
    shop = http.get(event, { tags: { name: 'event' } });
    check(shop, { 'tickets are on sale': (r) => r.status === 200 && r.body.includes('Reduced') });
  });

  group('add to cart', () => {
    const product = shop.html().find('input[name^=item_]').first().attr('name');
    const cart = http.post(
      `${event}cart/add`,
      { csrfmiddlewaretoken: csrf(shop), [product]: '1' },
      { headers: { Referer: event }, tags: { name: 'add to cart' } },
    );
    check(cart, { 'the cart holds it': (r) => r.status === 200 && r.body.includes('Your cart') });
  });
}

function look() {
  group('log in', () => {
    const form = http.get(`${base}/control/login`, { tags: { name: 'login form' } });
    const home = http.post(
      `${base}/control/login`,
      { csrfmiddlewaretoken: csrf(form), email: 'clerk@example.test', password },
      { headers: { Referer: form.url }, tags: { name: 'login' } },
    );
    check(home, { 'logged in': (r) => r.status === 200 && r.body.includes('clerk@example.test') });
  });

  group('orders', () => {
    const orders = http.get(`${base}/control/event/townhall/event1/orders/`, { tags: { name: 'orders' } });
    check(orders, { 'orders are listed': (r) => r.status === 200 && r.body.includes('@example.test') });
    const paid = http.get(`${base}/control/event/townhall/event1/orders/?status=p`, { tags: { name: 'paid orders' } });
    check(paid, { 'paid orders are listed': (r) => r.status === 200 && r.body.includes('@example.test') });
  });
}

export default function () {
  if (__ITER % 4 === 3) look();
  else buy();
}
