"""What a request costs without a database: items to encode, and a loop to run."""


def items(number: int) -> list[dict[str, object]]:
    """The items 1 to `number`, in the contract's order of keys."""
    return [
        {"id": item, "name": f"Item {item}", "price": item * 37 % 1000, "available": item % 3 != 0}
        for item in range(1, number + 1)
    ]


def prime_count(n: int) -> int:
    """How many primes there are up to `n`, by the contract's loop, which is not meant to be fast."""
    primes = 1 if n >= 2 else 0
    for candidate in range(3, n + 1, 2):
        divisor = 3
        while divisor * divisor <= candidate and candidate % divisor:
            divisor += 2
        primes += divisor * divisor > candidate
    return primes
