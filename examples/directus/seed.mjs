// Fills an empty Directus with a small newsroom over its own REST API: 12 sections, 40 authors, 600 articles and
// 1,800 comments, and a role with one editor. It starts Directus on a free port for that and ends it again.
//
// Run it once after `directus bootstrap`, with the same environment as the service and ADMIN_TOKEN set.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const token = process.env.ADMIN_TOKEN;
const words = 'river bridge school market council harbour night garden train museum bakery choir storm budget'.split(' ');
let state = 2024;

// The same numbers each time, so that two set-ups hold the same rows.
function number(limit) {
  state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff;
  return (state >>> 8) % limit;
}

function text(count) {
  return Array.from({ length: count }, () => words[number(words.length)]).join(' ');
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

async function call(base, method, path, body) {
  const answer = await fetch(base + path, {
    method,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: body && JSON.stringify(body),
  });
  const got = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${got.slice(0, 500)}`);
  return got ? JSON.parse(got).data : undefined;
}

async function ready(base, child) {
  for (let tries = 0; tries < 600; tries += 1) {
    if (child.exitCode !== null) throw new Error(`directus ended with ${child.exitCode}`);
    try {
      if ((await fetch(`${base}/server/ping`)).ok) return;
    } catch {
      // It does not listen yet.
    }
    await sleep(500);
  }
  throw new Error('directus did not answer within five minutes');
}

function collection(name, fields) {
  return {
    collection: name,
    schema: {},
    meta: { icon: 'article' },
    fields: [
      { field: 'id', type: 'integer', schema: { is_primary_key: true, has_auto_increment: true }, meta: { hidden: true } },
      ...fields.map(([field, type]) => ({ field, type, schema: {}, meta: {} })),
    ],
  };
}

async function fill(base) {
  await call(base, 'POST', '/collections', collection('sections', [['name', 'string']]));
  await call(base, 'POST', '/collections', collection('authors', [['name', 'string'], ['town', 'string']]));
  await call(base, 'POST', '/collections', collection('articles', [
    ['title', 'string'], ['body', 'text'], ['status', 'string'], ['published', 'dateTime'],
    ['section', 'integer'], ['author', 'integer'],
  ]));
  await call(base, 'POST', '/collections', collection('comments', [
    ['text', 'text'], ['posted', 'dateTime'], ['article', 'integer'],
  ]));
  for (const [from, field, to, many] of [
    ['articles', 'section', 'sections', null],
    ['articles', 'author', 'authors', null],
    ['comments', 'article', 'articles', 'comments'],
  ]) {
    if (many) await call(base, 'POST', `/fields/${to}`, { field: many, type: 'alias', meta: { special: ['o2m'] } });
    await call(base, 'POST', '/relations', {
      collection: from, field, related_collection: to, meta: { one_field: many }, schema: { on_delete: 'SET NULL' },
    });
  }

  const sections = await call(base, 'POST', '/items/sections', words.slice(0, 12).map((name) => ({ name })));
  const authors = await call(base, 'POST', '/items/authors', Array.from({ length: 40 }, (_, n) => ({
    name: `Author ${n + 1}`, town: words[number(words.length)],
  })));
  const day = 24 * 3600 * 1000;
  const start = Date.UTC(2024, 0, 1);
  const articles = [];
  for (let batch = 0; batch < 6; batch += 1) {
    articles.push(...await call(base, 'POST', '/items/articles?limit=-1', Array.from({ length: 100 }, (_, n) => ({
      title: `${text(4)} ${batch * 100 + n + 1}`,
      body: text(200),
      status: number(10) < 8 ? 'published' : 'draft',
      published: new Date(start + number(365) * day).toISOString(),
      section: sections[number(sections.length)].id,
      author: authors[number(authors.length)].id,
    }))));
    await call(base, 'POST', '/items/comments', Array.from({ length: 300 }, () => ({
      text: text(20),
      posted: new Date(start + number(365) * day).toISOString(),
      article: articles[number(articles.length)].id,
    })));
  }

  const policy = await call(base, 'POST', '/policies', {
    name: 'Newsroom', app_access: true, admin_access: false,
    permissions: ['sections', 'authors', 'articles', 'comments'].flatMap((name) => ['create', 'read', 'update'].map((action) => ({
      collection: name, action, fields: ['*'], permissions: {}, validation: {},
    }))),
  });
  const role = await call(base, 'POST', '/roles', { name: 'Editor', policies: { create: [{ policy: policy.id }] } });
  await call(base, 'POST', '/users', {
    email: 'editor@example.com', password: 'correct-horse-battery', first_name: 'Editor', role: role.id,
  });
  console.log(`${articles.length} articles`);
}

const port = await freePort();
const base = `http://127.0.0.1:${port}`;
const child = spawn('directus', ['start'], {
  env: { ...process.env, HOST: '127.0.0.1', PORT: String(port), PUBLIC_URL: base },
  stdio: ['ignore', 'ignore', 'inherit'],
});
try {
  await ready(base, child);
  await fill(base);
} finally {
  child.kill('SIGTERM');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
