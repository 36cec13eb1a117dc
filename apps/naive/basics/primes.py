"""Work for the processor alone."""


def prime_count(n: int) -> int:
    """Count the primes up to `n` by trial division by the odd numbers up to the square root.

    The loop is the contract's, the same in every service; it is not meant to be fast.
    """
    primes = 1 if n >= 2 else 0
    for candidate in range(3, n + 1, 2):
        divisor = 3
        while divisor * divisor <= candidate and candidate % divisor:
            divisor += 2
        primes += divisor * divisor > candidate
    return primes
