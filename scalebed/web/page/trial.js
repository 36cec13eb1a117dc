// The drawings of one trial: what was asked and served, how long it took, what failed, what was used.

import { Plot } from "./chart.js";
import { highest, latency, lowest, number } from "./words.js";

const BANDS_PER_DECADE = 8;
const PARTS = ["service", "database", "pooler", "cache", "balancer", "generator"];
const KINDS = ["5xx", "4xx", "3xx", "no response", "dropped", "check failed", "script error"];

const plots = new Map();

function plot(id) {
  if (!plots.has(id)) plots.set(id, new Plot(document.querySelector(`#${id} .plot`)));
  return plots.get(id);
}

function caption(id, title, keys = []) {
  const made = document.createElement("b");
  made.textContent = title;
  const legend = keys.map(([kind, words]) => {
    const item = document.createElement("span");
    item.className = `key ${kind}`;
    item.textContent = words;
    return item;
  });
  document.querySelector(`#${id} figcaption`).replaceChildren(made, ...legend);
}

function shown(id, yes) {
  document.getElementById(id).hidden = !yes;
}

const slug = (kind) => kind.replaceAll(" ", "-");

export function parts(trial) {
  const named = new Set(trial.usage.flatMap((each) => Object.keys(each.cpu_s)));
  return [...PARTS.filter((part) => named.has(part)), ...[...named].filter((part) => !PARTS.includes(part)).sort()];
}

export function draw(trial, plan, cursor) {
  const seconds = trial.seconds.filter(Boolean);
  const last = seconds.length ? seconds.at(-1).second + 1 : 0;
  const extent = trial.told.at_most_s && last < trial.told.at_most_s ? Math.min(trial.told.at_most_s, Math.max(last * 1.25, 20)) : last;
  rate(trial, seconds, extent, plan, cursor);
  heat(seconds, extent, plan, cursor);
  errors(seconds, extent, cursor);
  replicas(trial, extent, cursor);
  cpu(trial, extent, cursor);
  single("flight", "In flight", "requests under way, on average", seconds, (each) => each.in_flight, number, extent, cursor);
  single("lag", "Load generator", "the most an arrival was late", seconds, (each) => each.lag_ms, latency, extent, cursor);
}

function rate(trial, seconds, extent, plan, cursor) {
  const journeys = plan?.unit === "journeys";
  caption("rate", "Rate, a second", [
    ["asked", journeys ? "journeys due" : "requests due"],
    ["served", "requests served"],
  ]);
  const drawn = plot("rate");
  drawn.begin(extent);
  drawn.linear(highest(seconds.map((each) => Math.max(each.due, each.served)), 1), (value) => number(value));
  drawn.line(seconds.map((each) => [each.second + 0.5, each.due]), "asked");
  drawn.line(seconds.map((each) => [each.second + 0.5, each.served]), "served");
  drawn.cursor(cursor);
}

function heat(seconds, extent, plan, cursor) {
  const slo = plan?.slo;
  caption("latency", "Latency of what succeeded", [
    ["heat", "the stronger, the more requests"],
    ["percentile", `p${slo?.percentile ?? 95}`],
  ]);
  const drawn = plot("latency");
  drawn.begin(extent);
  const columns = joined(seconds, drawn.together);
  const bands = [...new Set(columns.flatMap((each) => Object.keys(each.bands).map(Number)))];
  const edge = (band) => 10 ** (band / BANDS_PER_DECADE);
  const limit = slo?.latency_ms ?? 100;
  const least = lowest(bands.map(edge), Math.min(limit, 10)) * 0.9;
  const most = highest(bands.map((band) => edge(band + 1)), Math.max(limit * 1.5, 100));
  drawn.logarithmic(least, most, latency);
  const fullest = highest(columns.flatMap((each) => Object.values(each.bands)), 1);
  const colour = getComputedStyle(document.documentElement).getPropertyValue("--heat").trim();
  for (const each of columns) {
    for (const [band, n] of Object.entries(each.bands)) {
      const [from, to] = [Math.max(edge(Number(band)), least), edge(Number(band) + 1)];
      drawn.shade(each.second, drawn.together, from, to, 0.12 + 0.88 * Math.sqrt(n / fullest), colour);
    }
  }
  drawn.line(seconds.map((each) => [each.second + 0.5, each.percentile_ms]), "percentile");
  if (slo) drawn.limit(slo.latency_ms, `SLO ${latency(slo.latency_ms)}`);
  drawn.cursor(cursor);
}

// Of so many seconds one column, so that none is painted over another.
function joined(seconds, size) {
  if (size === 1) return seconds;
  const columns = new Map();
  for (const each of seconds) {
    const second = Math.floor(each.second / size) * size;
    if (!columns.has(second)) columns.set(second, { second, bands: {} });
    const { bands } = columns.get(second);
    for (const [band, n] of Object.entries(each.bands)) bands[band] = (bands[band] ?? 0) + n;
  }
  return [...columns.values()];
}

function errors(seconds, extent, cursor) {
  const found = new Set(seconds.flatMap((each) => Object.keys(each.errors)));
  shown("errors", found.size > 0);
  if (!found.size) return;
  const kinds = [...KINDS.filter((kind) => found.has(kind)), ...[...found].filter((kind) => !KINDS.includes(kind))];
  caption("errors", "Failed, a second", kinds.map((kind) => [`e-${slug(kind)}`, kind]));
  const drawn = plot("errors");
  drawn.begin(extent);
  const sum = (each) => Object.values(each.errors).reduce((a, b) => a + b, 0);
  drawn.linear(highest(seconds.map(sum), 1), (value) => number(value));
  for (const each of seconds) {
    drawn.bar(each.second, kinds.filter((kind) => each.errors[kind]).map((kind) => [`e-${slug(kind)}`, each.errors[kind]]));
  }
  drawn.cursor(cursor);
}

function replicas(trial, extent, cursor) {
  shown("replicas", trial.supply.length > 0);
  if (!trial.supply.length) return;
  caption("replicas", "Replicas", [["asked", "wanted"], ["served", "ready"]]);
  const drawn = plot("replicas");
  drawn.begin(extent);
  drawn.linear(highest(trial.supply.map((each) => Math.max(each.desired, each.ready)), 1), (value) =>
    Number.isInteger(value) ? `${value}` : "",
  );
  drawn.line(trial.supply.map((each) => [Math.max(each.at_s, 0), each.desired]), "asked", true);
  drawn.line(trial.supply.map((each) => [Math.max(each.at_s, 0), each.ready]), "served", true);
  drawn.cursor(cursor);
}

function cpu(trial, extent, cursor) {
  const named = parts(trial);
  shown("cpu", named.length > 0);
  if (!named.length) return;
  caption("cpu", "CPU, in cores", named.map((part) => [`p-${slug(part)}`, part]));
  const drawn = plot("cpu");
  drawn.begin(extent);
  const cores = (each, part) => (each.cpu_s[part] ?? 0) / each.interval_s;
  const quota = trial.told.service_quota;
  const used = trial.usage.filter((each) => each.at_s > 0);
  const most = highest(used.flatMap((each) => named.map((part) => cores(each, part))), 0.05);
  drawn.linear(quota && quota < most * 4 ? Math.max(most, quota) : most, (value) => number(value, 2));
  for (const part of named) {
    drawn.line(used.map((each) => [Math.max(each.at_s - each.interval_s / 2, 0), cores(each, part)]), `p-${slug(part)}`);
  }
  if (quota && quota < most * 4) drawn.limit(quota, `quota of the service, ${number(quota, 2)}`);
  drawn.cursor(cursor);
}

function single(id, title, words, seconds, value, label, extent, cursor) {
  caption(id, title, [["served", words]]);
  const drawn = plot(id);
  drawn.begin(extent);
  drawn.linear(highest(seconds.map(value), 1), (each) => label(each));
  drawn.line(seconds.map((each) => [each.second + 0.5, value(each)]), "served");
  drawn.cursor(cursor);
}
