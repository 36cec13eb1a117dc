// An editor's session: looks through the newest articles, reads one, leaves a comment.
import http from 'k6/http';
import { check, fail, group, sleep } from 'k6';

const base = __ENV.BASE_URL || 'http://localhost:8055';
const json = { 'Content-Type': 'application/json' };

export const options = {
  vus: 2,
  duration: '30s',
  thresholds: { http_req_failed: ['rate<0.01'] },
};

// All visits share one session: they come to write, and logging in once is not what they do most.
export function setup() {
  const answer = http.post(
    `${base}/auth/login`,
    JSON.stringify({
      email: __ENV.EDITOR || 'editor@example.com',
      password: __ENV.PASSWORD || 'correct-horse-battery',
      mode: 'session',
    }),
    { headers: json },
  );
  const good = check(answer, { 'a session cookie is set': (r) => 'directus_session_token' in r.cookies });
  if (!good) fail(`no session: ${answer.status} ${answer.body}`);
  return answer.cookies.directus_session_token[0].value;
}

export default function (session) {
  http.cookieJar().set(base, 'directus_session_token', session);
  let articles = [];

  group('front page', () => {
    const page = 1 + Math.floor(Math.random() * 20);
    const list = http.get(
      `${base}/items/articles?fields=id,title,published,section.name,author.name&sort=-published&limit=20&page=${page}` +
        '&filter[status][_eq]=published',
      { tags: { name: 'list' } },
    );
    check(list, { '20 articles are listed': (r) => r.status === 200 && r.json('data').length === 20 });
    articles = list.json('data');
  });
  sleep(0.2 + Math.random() * 0.3);

  const { id } = articles[Math.floor(Math.random() * articles.length)];
  group('article', () => {
    const article = http.get(`${base}/items/articles/${id}?fields=*,author.*,comments.text,comments.posted`, {
      tags: { name: 'article' },
    });
    check(article, { 'the article is read': (r) => r.status === 200 && r.json('data.id') === id });
    sleep(0.2 + Math.random() * 0.3);
    const comment = http.post(
      `${base}/items/comments`,
      JSON.stringify({ article: id, text: 'Well said.', posted: new Date().toISOString() }),
      { headers: json, tags: { name: 'comment' } },
    );
    check(comment, { 'the comment is kept': (r) => r.status === 200 && r.json('data.article') === id });
  });
  sleep(0.2 + Math.random() * 0.3);
}
