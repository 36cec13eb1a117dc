import { uniform } from './random.js';

// Draws ranks 1..n with probability proportional to rank^-skew, without a table: rejection-inversion
// (Hörmann & Derflinger, ACM TOMACS 6(3), 1996). At least four of five candidates are accepted.
export function zipf(n, skew) {
  const power = 1 - skew;
  const weight = (x) => Math.exp(-skew * Math.log(x));
  // The integral of the weight, and its inverse; skew 1 is the limit.
  const area = power === 0 ? Math.log : (x) => Math.expm1(power * Math.log(x)) / power;
  const root = power === 0 ? Math.exp : (y) => Math.exp(Math.log1p(power * y) / power);

  const low = area(1.5) - 1;
  const high = area(n + 0.5);
  const surely = 2 - root(area(2.5) - weight(2));

  return () => {
    for (;;) {
      const y = high + uniform() * (low - high);
      const x = root(y);
      const rank = Math.min(Math.max(Math.round(x), 1), n);
      if (rank - x <= surely || y >= area(rank + 0.5) - weight(rank)) {
        return rank;
      }
    }
  };
}
