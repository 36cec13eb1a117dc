import { TIMEOUT } from './settings.js';

const HEAD_BYTES = 2048;
export const JSON_HEADERS = { 'Content-Type': 'application/json' };

// Parameters are made once: k6 copies what it needs of them. Every body is read to its end; it is kept
// only where the scenario goes on with what it says.
export function parameters(endpoint, keepsBody, headers) {
  const responseType = keepsBody ? 'binary' : 'none';
  return { tags: { endpoint }, timeout: TIMEOUT, responseType, headers: headers || {} };
}

// Of a request that prepares the load or looks at what it did, in setup or teardown.
export function beside(headers) {
  return { timeout: TIMEOUT, responseType: 'text', headers: headers || {} };
}

// What a request beside the load was answered, from JSON; with any other status there is no load to begin.
export function answered(response, status) {
  if (response.status !== status) {
    throw new Error(`${response.request.method} ${response.url} answered ${response.status}, not ${status}`);
  }
  return JSON.parse(response.body);
}

// The text at the start of a body, as far as it is ASCII: enough for links and ids.
export function head(response) {
  return String.fromCharCode.apply(null, new Uint8Array(response.body.slice(0, HEAD_BYTES)));
}

// The whole body of a request that keeps it, from JSON; of a body without other than ASCII letters.
export function json(response) {
  return JSON.parse(String.fromCharCode.apply(null, new Uint8Array(response.body)));
}
