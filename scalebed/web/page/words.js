// Numbers and moments, as people read them.

export function number(value, digits = 3) {
  if (value === null || value === undefined) return "–";
  const size = Math.abs(value);
  if (size >= 10 ** (digits - 1)) return Math.round(value).toLocaleString("en-US");
  return size === 0 ? "0" : Number(value.toPrecision(digits)).toString();
}

// The greatest of them, and no less than `least`; of any number of values, which Math.max(...values) is not.
export function highest(values, least) {
  return values.reduce((a, b) => (b > a ? b : a), least);
}

export function lowest(values, most) {
  return values.reduce((a, b) => (b < a ? b : a), most);
}

// A rate that is asked for: of requests, or of what an arrival is.
export function asking(rate, plan) {
  return `${number(rate)}${plan?.unit === "journeys" ? " journeys" : ""}/s`;
}

export function latency(ms) {
  if (ms === null || ms === undefined) return "–";
  return ms >= 1000 ? `${number(ms / 1000)} s` : `${number(ms)} ms`;
}

export function count(n, one, many = `${one}s`) {
  return `${number(n)} ${n === 1 ? one : many}`;
}

export function clock(unix) {
  return new Date(unix * 1000).toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
}

export function seconds(s) {
  if (s < 90) return `${Math.round(s)} s`;
  return s < 5400 ? `${Math.round(s / 60)} min` : `${number(s / 3600, 2)} h`;
}

export function purpose(told, plan) {
  const words = { bracket: "bracketing", bisect: "bisecting", confirm: "confirming", closed: "its own load" };
  const named = words[told.purpose] ?? told.purpose.replace("-", " ");
  const rate = told.rate ?? told.rate_asked;
  if (told.users) return `${named}, ${count(told.users, "user")}`;
  return rate ? `${named} at ${asking(rate, plan)}` : named;
}
