// Random numbers that depend only on the seed and the number of the iteration: the same run asks for
// the same things in the same order, whichever VU happens to be free.

let state = 0;

// The 32-bit finaliser of MurmurHash3 (Appleby, 2011): every bit of the input moves every bit of the output.
function mix(value) {
  let bits = value | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}

export function restart(seed, iteration) {
  state = mix(mix(seed) + iteration);
}

// Uniform in [0, 1), with 32 bits. A Weyl sequence, mixed (Steele, Lea & Flood, OOPSLA 2014).
export function uniform() {
  state = (state + 0x9e3779b9) | 0;
  return (mix(state) >>> 0) / 4294967296;
}

// A whole number from 0 to n - 1.
export function below(n) {
  return Math.floor(uniform() * n);
}
