// The requests that an experiment file lists: each arrival is one of them, drawn by its share. Which one, and with which
// values, depends on the seed and the number of the arrival alone, so that all variants are asked the same.

import exec from 'k6/execution';
import http from 'k6/http';
import { SharedArray } from 'k6/data';
import { check } from 'k6';
import { below, restart, uniform } from '../k6/random.js';

const SEED = Number(__ENV.SEED || 1);
const REQUESTS = JSON.parse(__ENV.REQUESTS).map((request, place) => ({
  ...request,
  values: Object.entries(request.values).map(([name, value]) => [`{${name}}`, drawer(value, `${place} ${name}`)]),
  variables: request.variables.map((name) => [`{${name}}`, __ENV[name]]),
}));
const SHARES = REQUESTS.reduce((sums, { share }) => [...sums, (sums[sums.length - 1] || 0) + share], []);

// A function that draws one of the values.
function drawer({ first, last, choices, file }, name) {
  if (file !== null) {
    const lines = new SharedArray(name, () => open(file).split(/\r?\n/).filter((line) => line !== ''));
    if (lines.length === 0) {
      throw new Error(`${file} has no line; put a value on each`);
    }
    return () => lines[below(lines.length)];
  }
  return choices === null ? () => String(first + below(last - first + 1)) : () => choices[below(choices.length)];
}

// A text with its placeholders filled in; in what is sent as JSON, every text of it.
function filled(template, known) {
  if (typeof template === 'string') {
    return known.reduce((text, [placeholder, value]) => text.split(placeholder).join(value), template);
  }
  if (Array.isArray(template)) {
    return template.map((each) => filled(each, known));
  }
  if (template !== null && typeof template === 'object') {
    return Object.fromEntries(Object.entries(template).map(([key, each]) => [key, filled(each, known)]));
  }
  return template;
}

function drawn() {
  const point = uniform() * SHARES[SHARES.length - 1];
  return REQUESTS[SHARES.findIndex((sum) => point < sum)];
}

export default function () {
  restart(SEED, exec.scenario.iterationInTest);
  const { method, path, name, headers, send, expect, values, variables } = drawn();
  const known = [...values.map(([placeholder, draw]) => [placeholder, draw()]), ...variables];
  const json = send !== null && typeof send !== 'string';
  const body = send === null ? null : json ? JSON.stringify(filled(send, known)) : filled(send, known);
  const answer = http.request(method, `${__ENV.BASE_URL}${filled(path, known)}`, body, {
    headers: { ...(json ? { 'Content-Type': 'application/json' } : {}), ...filled(headers, known) },
    tags: { name },
    redirects: 0, // each arrival is one request, and an answer that only points elsewhere is none
    // What nobody looks at need not be kept; it is read to its end all the same.
    responseType: expect.contains === '' ? 'none' : 'text',
  });
  const wanted = {};
  if (expect.status !== null) {
    wanted[`${name} is a ${expect.status}`] = ({ status }) => status === expect.status;
  }
  if (expect.contains !== '') {
    wanted[`${name} contains ${expect.contains}`] = (got) => (got.body || '').includes(expect.contains);
  }
  check(answer, wanted);
}
