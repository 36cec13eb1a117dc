// Where the capacities of a search lie by what is known so far.

import { node } from "./chart.js";
import { bracket, cellName } from "./state.js";
import { asking, highest, lowest } from "./words.js";

const ROW = 20;
const PAD = 14;

function mark(verdict, x, y) {
  if (verdict === "INVALID") return node("path", { class: verdict, d: `M${x - 4} ${y - 4}l8 8m0 -8l-8 8` });
  const radius = verdict === "UNDECIDED" ? 3 : 4.5;
  return node("circle", { class: verdict, cx: x, cy: y, r: radius });
}

export function legend(list) {
  list.replaceChildren(
    ...[["PASS", "met the SLO"], ["FAIL", "did not"], ["UNDECIDED", "not sure"], ["INVALID", "does not count"]].map(([verdict, words]) => {
      const item = document.createElement("li");
      const drawing = node("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" });
      drawing.append(mark(verdict, 7, 7));
      item.append(drawing, words);
      return item;
    }),
  );
}

function told(cell, block, state) {
  const ended = state.found.get(`${cell}/${block}`);
  const trials = state.over.filter((each) => each.cell === cell && each.block === block && each.rate_asked);
  if (ended && !ended.again) return outcome(ended, state.plan);
  const again = ended ? "; something spoiled it, so that it is tried again" : "";
  return soFar(bracket(trials), state.plan) + again;
}

function outcome(ended, plan) {
  if (ended.capacity !== null) return `capacity ${asking(ended.capacity, plan)}`;
  if (ended.lower === null || !["at least", "beyond the generator"].includes(ended.outcome)) return ended.outcome;
  const beyond = ended.outcome === "at least" ? "" : ", beyond the generator";
  return `at least ${asking(ended.lower, plan)}${beyond}`;
}

function soFar({ lower, upper }, plan) {
  if (lower === null && upper === null) return "nothing known yet";
  if (upper === null) return `at least ${asking(lower, plan)} so far`;
  return lower === null ? `below ${asking(upper, plan)} so far` : `between ${asking(lower, plan)} and ${asking(upper, plan)} so far`;
}

export function draw(container, state) {
  const rates = state.over.map((each) => each.rate_asked).filter(Boolean);
  if (!rates.length) return;
  const [low, high] = [Math.log(lowest(rates, Infinity)), Math.log(highest(rates, 0))];
  const width = Math.max(container.clientWidth, 200);
  const x = (rate) => PAD + ((width - 2 * PAD) * (Math.log(rate) - low)) / (high - low || 1);
  const rows = [];
  for (const cell of state.plan.cells) {
    const trials = state.over.filter((each) => each.cell === cell.id && each.rate_asked);
    const found = [...state.found.values()].filter((each) => each.cell === cell.id);
    const blocks = [...new Set([...trials, ...found].map((each) => each.block))].sort((a, b) => a - b);
    if (!blocks.length) continue;
    const row = document.createElement("div");
    row.className = "cell";
    const name = document.createElement("h3");
    name.textContent = cellName(state.plan, cell.id);
    const drawing = node("svg", { viewBox: `0 0 ${width} ${blocks.length * ROW}`, height: blocks.length * ROW, "aria-hidden": "true" });
    const words = document.createElement("ul");
    blocks.forEach((block, i) => {
      const own = trials.filter((each) => each.block === block);
      const y = (i + 0.5) * ROW;
      drawing.append(node("line", { class: "grid", x1: PAD, x2: width - PAD, y1: y, y2: y }));
      const { lower, upper } = bracket(own);
      if (lower !== null && upper !== null) {
        drawing.append(node("rect", { class: "bracket", x: x(lower), y: y - 7, width: Math.max(x(upper) - x(lower), 2), height: 14, rx: 3 }));
      }
      for (const each of own) drawing.append(mark(each.verdict, x(each.rate_asked), y));
      const item = document.createElement("li");
      item.textContent = `Block ${block + 1}: ${told(cell.id, block, state)}`;
      words.append(item);
    });
    row.append(name, drawing, words);
    rows.push(row);
  }
  const axis = document.createElement("p");
  axis.className = "soft axis";
  const ends = [Math.exp(low), Math.exp(high)].map((rate) => asking(rate, state.plan));
  axis.textContent = `From ${ends[0]} on the left to ${ends[1]} on the right, logarithmic.`;
  container.replaceChildren(...rows, axis);
}
