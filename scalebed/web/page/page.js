// Listens to what the run tells, and lays it out. Draws at most twice a second, and nothing while nobody looks.

import * as search from "./search.js";
import { cellName, course, fresh, observe, place, reduce } from "./state.js";
import { draw, parts } from "./trial.js";
import { asking, clock, count, latency, number, purpose, seconds } from "./words.js";

const DRAWN_EVERY_MS = 500;
const LONG_S = 900; // a trial of which is drawn more seldom, as it takes longer
const TITLED = new Set(["begun", "repetition", "repetition_over", "over", "state"]); // what may change the title

const state = fresh();
let kept = null; // the course of the trial that ended last
let chosen = null; // the course of a finished trial that somebody looks at
let tried = null; // the newest one that was asked for
let asked = null; // which one is being fetched
let read = null; // the second that is read; null: the newest
let shown = null; // when the run began that is shown
let laid = {}; // what of the slow parts is laid out
let drawn = 0;
let waiting = false;

const $ = (id) => document.getElementById(id);

function text(id, words) {
  if ($(id).textContent !== words) $(id).textContent = words;
}

function element(name, words, attributes = {}) {
  const made = document.createElement(name);
  if (words !== undefined) made.textContent = words;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function pairs(list, rows) {
  list.replaceChildren(
    ...rows.map(([name, value, kind]) => {
      const row = element("div");
      row.append(element("dt", name), element("dd", value, kind ? { class: kind } : {}));
      return row;
    }),
  );
}

const cellOf = (told) => cellName(state.plan, told.cell);

const blockOf = (told) => `block ${told.block + 1}`;

function head() {
  const { plan } = state;
  if (!plan) {
    text("status", state.goesOn === null ? "Connecting …" : "Nothing is measured yet: the terminal says what is being made ready.");
    return;
  }
  text("name", plan.name);
  text("kind", `· ${plan.experiment_kind} · ${plan.workload}${plan.host === "shared" ? " · on a shared host" : ""}`);
  text("description", plan.description);
  const { slo } = plan;
  const more = slo.further ? `, and ${count(slo.further, "further limit")}` : "";
  const share = `${number(slo.error_rate * 100)}% failed at most`;
  text("slo", `SLO: p${slo.percentile} within ${latency(slo.latency_ms)}, ${share}${more}`);
  $("progress").max = Math.max(state.of, 1);
  $("progress").value = state.done;
  text("status", status());
  const share_done = state.of ? `${Math.round((100 * state.done) / state.of)}%` : "";
  document.title = `${state.goesOn ? share_done : status().split(":")[0].split(",")[0]} · ${plan.name}`;
}

function status() {
  const through = `${state.done} of ${count(state.of, "repetition")}`;
  if (state.goesOn === null) return "Connecting …";
  if (!state.goesOn) {
    if (state.done >= state.of) return `Finished: ${through}`;
    const how = state.ended ? "Stopped" : "Broken off";
    const command = state.plan.own ? "the same command with this directory as --out" : "the same command";
    return `${how}: ${through}; ${command} goes on from there`;
  }
  const at = Math.max(state.at, state.trial?.soFar?.at ?? 0);
  const left = state.ends ? `, about ${seconds(Math.max(state.ends - at, 60))} left (until ${clock(state.ends)})` : "";
  return `Measuring, ${through}${left}`;
}

function looking() {
  return chosen ?? state.trial ?? kept;
}

function now() {
  const trial = looking();
  $("follow").hidden = !chosen;
  text("follow", state.trial ? "Back to the trial under way" : "Back to the newest trial");
  const running = (state.trial && state.goesOn !== false) || !trial;
  text("now-title", chosen ? "A trial, looked at again" : running ? "Trial under way" : "The last trial");
  $("charts").hidden = $("reading").hidden = !trial?.seconds.length;
  if (!trial) {
    const ready = state.step ? `${cellOf(state.step)}, ${blockOf(state.step)}: getting ready` : "None is under way.";
    text("doing", ready);
    return;
  }
  const { told } = trial;
  const next = !chosen && !state.trial && state.step ? ` Now: ${cellOf(state.step)}, ${blockOf(state.step)}, getting ready.` : "";
  text("doing", `${cellOf(told)}, ${blockOf(told)}, trial ${told.index + 1}: ${purpose(told, state.plan)}.${next}`);
  figures(trial);
  if (!trial.seconds.length) return;
  const last = trial.seconds.length - 1;
  const at = read === null ? last : Math.min(read, last);
  const slider = $("second");
  slider.max = last;
  slider.value = at;
  draw(trial, state.plan, at);
  values(trial, at);
}

// Where it falls among requests that failed, it is slower than any limit.
function judged(told) {
  return told.percentile_ms === null ? "beyond any" : latency(told.percentile_ms);
}

function figures(trial) {
  const { told, soFar } = trial;
  const newest = trial.seconds.findLast(Boolean);
  const percentile = `p${state.plan?.slo.percentile ?? 95}`;
  const over = told.kind === "trial_over";
  const users = told.users ?? state.plan?.cells.find((each) => each.id === told.cell)?.users;
  const rate = told.rate ?? told.rate_asked;
  const verdict = over ? told.verdict : (soFar?.verdict ?? "");
  pairs($("figures"), [
    ["asked", rate ? asking(rate, state.plan) : users ? count(users, "user") : "–"],
    ["served", over ? `${number(told.rate_achieved)}/s` : newest ? `${number(newest.served)}/s` : "–"],
    over ? [percentile, judged(told)] : [`${percentile} so far`, latency(soFar?.percentile_ms)],
    over ? ["requests", number(told.requests)] : ["in flight", number(soFar?.in_flight)],
    ["failed", number(over ? told.errors : soFar?.errors)],
    [over ? "lasted" : "so far", `${number(over ? told.duration_s : soFar?.elapsed_s, 5)} s${over ? "" : ` of at most ${number(told.at_most_s, 5)}`}`],
    [over ? "verdict" : "verdict so far", verdict || "–", verdict],
  ]);
}

function values(trial, at) {
  const second = trial.seconds[at];
  text("second-at", `${at}${read === null && trial === state.trial ? ", the newest" : ""}`);
  if (!second) return pairs($("values"), [["", "nothing is known of this second"]]);
  const used = trial.usage.find((each) => each.at_s >= at + 0.5) ?? trial.usage.at(-1);
  const supply = trial.supply.findLast((each) => each.at_s <= at + 1);
  const failed = Object.entries(second.errors).map(([kind, n]) => `${number(n)} ${kind}`);
  const journeys = state.plan?.unit === "journeys" ? "journeys due" : "due";
  pairs($("values"), [
    [journeys, number(second.due)],
    ["served", number(second.served)],
    ["median", latency(second.median_ms)],
    [`p${state.plan?.slo.percentile ?? 95}`, latency(second.percentile_ms)],
    ["failed", failed.join(", ") || "0"],
    ["in flight", number(second.in_flight)],
    ["late by", latency(second.lag_ms)],
    ...(supply ? [["replicas", `${supply.ready} of ${supply.desired}`]] : []),
    ...(used ? parts(trial).map((part) => [`CPU, ${part}`, `${number((used.cpu_s[part] ?? 0) / used.interval_s, 2)} cores`]) : []),
  ]);
}

function slow() {
  const key = `${state.over.length}/${state.found.size}/${state.done}/${document.documentElement.clientWidth}`;
  if (laid.over !== key) {
    laid.over = key;
    trials();
    $("search").hidden = !state.plan?.seeks || !state.over.length;
    if (!$("search").hidden) search.draw($("cells"), state);
  }
  const log = `${state.said.length}/${state.said.at(-1)?.at}`;
  if (laid.log !== log) {
    laid.log = log;
    $("log-section").hidden = !state.said.length;
    const box = $("log").parentElement;
    const atEnd = box.scrollTop + box.clientHeight >= box.scrollHeight - 4;
    $("log").replaceChildren(...state.said.map(({ at, line }) => {
      const item = element("li");
      item.append(element("time", clock(at)), line);
      return item;
    }));
    if (atEnd) box.scrollTop = box.scrollHeight;
  }
  const report = `${state.report}/${state.goesOn}`;
  if (laid.report !== report) {
    laid.report = report;
    $("report").hidden = !state.report;
    if (!state.report) return;
    const link = element("a", "Open the report", { href: "/report", target: "_blank", rel: "noopener" });
    $("report").replaceChildren(link, `, as of ${clock(state.report)}${state.goesOn ? "; it is written anew between repetitions" : ""}.`);
  }
}

function trials() {
  const { over } = state;
  $("over").hidden = !over.length;
  text("over-count", over.length ? `${over.length}, newest first` : "");
  text("over-percentile", `p${state.plan?.slo.percentile ?? 95}`);
  const body = $("trials");
  const there = body.children.length;
  // Only what is new is put in, so that whoever is at a row of it by keyboard stays there.
  const same = there <= over.length && over.slice(0, there).every((each, i) => body.children[there - 1 - i].told === each);
  if (!same) body.replaceChildren();
  body.prepend(
    ...[...over.slice(body.children.length)].reverse().map((each) => {
      const row = element("tr");
      row.told = each;
      const look = element("button", `${cellOf(each)}, ${blockOf(each)}, trial ${each.index + 1}`, { type: "button", "data-place": place(each) });
      look.addEventListener("click", () => choose(each));
      const first = element("th", undefined, { scope: "row", class: "l" });
      first.append(look, element("small", purpose(each, state.plan)));
      const verdict = element("td", undefined, { class: "l" });
      verdict.append(element("b", each.verdict, { class: each.verdict }), ...(each.verdict === "PASS" || !each.reason ? [] : [element("small", each.reason)]));
      row.append(
        first,
        verdict,
        element("td", each.rate_asked ? asking(each.rate_asked, state.plan) : "–"),
        element("td", `${number(each.rate_achieved)}/s`),
        element("td", judged(each)),
        element("td", number(each.errors)),
      );
      return row;
    }),
  );
}

async function fetched(told) {
  const answer = await fetch(`/trials/${told.block}/${encodeURIComponent(told.cell)}/${told.index}`);
  if (!answer.ok) throw new Error(await answer.text());
  const [first, ...lines] = (await answer.text()).split("\n").map((line) => JSON.parse(line));
  const made = course(first);
  for (const line of lines) observe(made, line);
  return made;
}

async function choose(told) {
  asked = place(told);
  try {
    const found = await fetched(told);
    if (asked !== place(told)) return; // another one has been asked for since
    chosen = found;
    read = null;
    render();
    $("now").scrollIntoView();
    $("follow").focus({ preventScroll: true });
  } catch (error) {
    text("doing", `This trial cannot be shown: ${error.message}`);
  }
}

// Where nothing runs, and whose seconds are not here: between two trials, or once all is over, when its last may lack.
async function newest() {
  const told = state.over.at(-1);
  const here = kept && (state.goesOn || kept.seconds.length >= told.duration_s);
  if (!told || state.trial || here || tried === place(told)) return;
  tried = place(told);
  try {
    const found = await fetched(told);
    if (!state.trial && state.over.at(-1) === told) kept = found;
    soon();
  } catch {
    // The table says what it came to; there is no more to be had.
  }
}

function render() {
  drawn = performance.now();
  waiting = false;
  head();
  now();
  slow();
  newest();
}

function soon() {
  if (waiting || document.hidden) return;
  waiting = true;
  const every = (looking()?.seconds.length ?? 0) > LONG_S ? 4 * DRAWN_EVERY_MS : DRAWN_EVERY_MS;
  setTimeout(() => requestAnimationFrame(render), Math.max(0, drawn + every - performance.now()));
}

function hear(message) {
  const { trial } = state;
  reduce(state, message);
  if (message.kind === "anew") {
    kept = tried = null;
    laid = {};
    $("trials").replaceChildren();
  }
  if (message.kind === "begun" && message.plan.started !== shown) {
    // Another run at the same address: what was looked at is of the former one.
    shown = message.plan.started;
    chosen = asked = read = null;
  }
  // Whoever came once it was over has none of its seconds, and fetches them.
  if (message.kind === "trial_over" && trial && place(trial.told) === place(message)) {
    kept = trial.seconds.length ? { ...trial, told: message } : null;
  }
  if (message.kind === "trial") kept = null;
  if (document.hidden && TITLED.has(message.kind)) head();
  soon();
}

search.legend($("search-legend"));
$("follow").addEventListener("click", () => {
  chosen = asked = read = null;
  render();
  $("now-title").focus(); // the button is gone
});
$("second").addEventListener("input", ({ target }) => {
  read = Number(target.value) === Number(target.max) ? null : Number(target.value);
  render();
});
document.addEventListener("visibilitychange", () => document.hidden || render());
new ResizeObserver(() => soon()).observe(document.querySelector("main"));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", soon);

const source = new EventSource("/events");
source.addEventListener("message", ({ data }) => hear(JSON.parse(data)));
source.addEventListener("open", () => {
  $("link").hidden = true;
});
source.addEventListener("error", () => {
  $("link").hidden = false;
});
