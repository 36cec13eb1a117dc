#!/usr/bin/env bash
# har-to-k6 0.14.16: a parameter that a recorded request has more than once is not sent as it was recorded. In a query, its last
# value is sent once more behind the others (Chrome's HAR has the query in the URL and as a list); in a form, the values are joined by
# a comma into one, also where the body's text is there to be sent as it is. A list's filter of two values is asked
# with three, a form of two boxes ticks one that there is not, and what is measured is another request, perhaps a refused one.
#
# Seen, of a HAR with x=1&x=2 in the query, and ids=1&ids=2 in the form's text and parameters:
#   query: http://h.example/a?x=1&x=2&x=2
#   form: ids=1%2C2
#   form with text alone: ids=1&ids=2
# Exits with 1 if any of these lines differs.
set -euo pipefail
seen="$(sed -n 's/^#   //p' "$0")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --no-audit --no-fund --ignore-scripts --prefix . har-to-k6@0.14.16 >/dev/null
cat >ask.cjs <<'JS'
const { liHARToK6Script } = require('har-to-k6')

const ask = async (name, request) => {
  const entry = {
    startedDateTime: '2020-01-01T00:00:00.000Z', time: 1, cache: {}, timings: { send: 0, wait: 0, receive: 0 },
    response: { status: 200, headers: [], content: {} },
    request: { httpVersion: 'HTTP/1.1', headers: [], queryString: [], cookies: [], headersSize: -1, bodySize: -1, ...request },
  }
  const { main } = await liHARToK6Script({ log: { version: '1.2', creator: { name: 'c', version: '1' }, entries: [entry] } })
  const [, url, body] = main.match(/http\.\w+\('([^']*)'(?:, '([^']*)')?/)
  console.log(`${name}: ${body ?? url}`)
}
const url = 'http://h.example/a'
const pairs = name => ['1', '2'].map(value => ({ name, value }))
const form = { mimeType: 'application/x-www-form-urlencoded', text: 'ids=1&ids=2' }
const main = async () => {
  await ask('query', { method: 'GET', url: `${url}?x=1&x=2`, queryString: pairs('x') })
  await ask('form', { method: 'POST', url, postData: { ...form, params: pairs('ids') } })
  await ask('form with text alone', { method: 'POST', url, postData: form })
}
main()
JS
said="$(node ask.cjs)"
echo "$said"
[[ "$said" == "$seen" ]]
