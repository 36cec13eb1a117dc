// Drawings over the seconds of a trial. Each is laid out in pixels of its own width, and drawn anew when that changes.

const SVG = "http://www.w3.org/2000/svg";
const LEFT = 52;
const RIGHT = 10;
const TOP = 8;
const BOTTOM = 20;

export function node(name, attributes, text) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
}

// Steps that people count in.
export function ticks(most, about = 4) {
  if (!(most > 0)) return [0];
  const rough = most / about;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * size).find((each) => each >= rough);
  const found = [];
  for (let value = 0; value <= most * 1.0001; value += step) found.push(Number(value.toPrecision(12)));
  return found;
}

export class Plot {
  constructor(container) {
    this.container = container;
    this.canvas = document.createElement("canvas");
    this.svg = node("svg", { "aria-hidden": "true" });
    container.replaceChildren(this.canvas, this.svg);
  }

  // Begins a drawing; `extent` is how many seconds there are to show.
  begin(extent) {
    this.width = Math.max(this.container.clientWidth, 120);
    this.height = this.container.clientHeight;
    this.extent = Math.max(extent, 10);
    this.svg.setAttribute("viewBox", `0 0 ${this.width} ${this.height}`);
    this.svg.replaceChildren();
    const dense = window.devicePixelRatio || 1;
    const size = [Math.round(this.width * dense), Math.round(this.height * dense)];
    if (this.canvas.width !== size[0] || this.canvas.height !== size[1]) [this.canvas.width, this.canvas.height] = size;
    this.brush = this.canvas.getContext("2d");
    this.brush.setTransform(dense, 0, 0, dense, 0, 0);
    this.brush.clearRect(0, 0, this.width, this.height);
    for (const at of ticks(this.extent, this.width < 420 ? 4 : 8)) {
      this.add("text", { x: this.x(at), y: this.height - 4, "text-anchor": "middle" }, `${at} s`);
    }
  }

  add(name, attributes, text) {
    const made = node(name, attributes, text);
    this.svg.append(made);
    return made;
  }

  x(second) {
    return LEFT + ((this.width - LEFT - RIGHT) * second) / this.extent;
  }

  // Whole seconds that a column has to hold to be two pixels wide.
  get together() {
    return Math.max(1, Math.ceil((2 * this.extent) / (this.width - LEFT - RIGHT)));
  }

  get bottom() {
    return this.height - BOTTOM;
  }

  // Values from 0 to `most`; `label` writes one.
  linear(most, label) {
    this.most = most > 0 ? most * 1.05 : 1;
    this.y = (value) => this.bottom - ((this.bottom - TOP) * value) / this.most;
    for (const value of ticks(this.most)) this.rule(value, label(value));
  }

  // Values from `least` to `most`, by decades.
  logarithmic(least, most, label) {
    const [low, high] = [Math.log10(least), Math.log10(most)];
    this.y = (value) => this.bottom - ((this.bottom - TOP) * (Math.log10(value) - low)) / (high - low);
    for (let decade = Math.ceil(low - 1e-9); decade <= high + 1e-9; decade += 1) this.rule(10 ** decade, label(10 ** decade));
  }

  rule(value, label) {
    const y = this.y(value);
    this.add("line", { class: "grid", x1: LEFT, x2: this.width - RIGHT, y1: y, y2: y });
    this.add("text", { x: LEFT - 6, y: y + 4, "text-anchor": "end" }, label);
  }

  // A line through [second, value]; where a value is null it is broken.
  line(points, kind, steps = false) {
    let path = "";
    let last = null;
    for (const [second, value] of points) {
      if (second > this.extent) break; // read after the load was over
      if (value === null || value === undefined) {
        last = null;
        continue;
      }
      const [x, y] = [this.x(second).toFixed(1), this.y(value).toFixed(1)];
      path += last === null ? `M${x} ${y}` : steps ? `H${x}V${y}` : `L${x} ${y}`;
      last = value;
    }
    if (path) this.add("path", { class: `line ${kind}`, d: path });
  }

  // A limit across all seconds.
  limit(value, label) {
    const y = this.y(value);
    this.add("line", { class: "limit", x1: LEFT, x2: this.width - RIGHT, y1: y, y2: y });
    const beyond = y < TOP + 14;
    this.add("text", { class: "limit", x: this.width - RIGHT - 2, y: beyond ? y + 13 : y - 4, "text-anchor": "end" }, label);
  }

  // One bar a second, of parts upon each other: [kind, value].
  bar(second, parts) {
    const width = Math.max((this.x(1) - this.x(0)) * 0.85, 1);
    let under = 0;
    for (const [kind, value] of parts) {
      const [y, base] = [this.y(under + value), this.y(under)];
      this.add("rect", { class: `bar ${kind}`, x: this.x(second), y, width, height: Math.max(base - y, 0.5) });
      under += value;
    }
  }

  // A rectangle of the canvas, so many seconds wide, from one value to another, as strong as `share` of 1.
  shade(second, lasts, from, to, share, colour) {
    const [x, y] = [this.x(second), this.y(to)];
    this.brush.globalAlpha = share;
    this.brush.fillStyle = colour;
    this.brush.fillRect(x, y, Math.max(this.x(second + lasts) - x, 1), this.y(from) - y);
    this.brush.globalAlpha = 1;
  }

  // Where the second that is read lies.
  cursor(second) {
    const x = this.x(second + 0.5);
    this.add("line", { class: "cursor", x1: x, x2: x, y1: TOP, y2: this.bottom });
  }
}
