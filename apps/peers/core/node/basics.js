// What a request costs without a database.

/**
 * The items 1 to `number`, in the contract's order of keys.
 * @param {number} number
 */
export function items(number) {
  return Array.from({ length: number }, (_, place) => {
    const id = place + 1
    return { id, name: `Item ${id}`, price: (id * 37) % 1000, available: id % 3 !== 0 }
  })
}

/**
 * How many primes there are up to `n`, by the contract's loop, which is not meant to be fast.
 * @param {number} n
 */
export function primeCount(n) {
  let primes = n >= 2 ? 1 : 0
  for (let candidate = 3; candidate <= n; candidate += 2) {
    let divisor = 3
    while (divisor * divisor <= candidate && candidate % divisor !== 0) divisor += 2
    if (divisor * divisor > candidate) primes++
  }
  return primes
}
