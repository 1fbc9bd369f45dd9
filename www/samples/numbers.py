"""Writes numbers.txt, exactly 1 MiB: 16,384 lines of 64 bytes.

Line 0 is the heading and line n is about the number n, so that it begins at byte 64 * n.
For each number: its prime factors, how many divisors it has, and how many steps of the
Collatz rule (halve what is even, triple what is odd and add one) lead to 1.

    python3 numbers.py > numbers.txt
"""


def factors(n):
    prime = 2
    while prime * prime <= n:
        exponent = 0
        while n % prime == 0:
            n //= prime
            exponent += 1
        if exponent:
            yield prime, exponent
        prime += 1
    if n > 1:
        yield n, 1


def divisors(n):
    count = 1
    for _, exponent in factors(n):
        count *= exponent + 1
    return count


def steps_to_one(n):
    steps = 0
    while n != 1:
        n = n // 2 if n % 2 == 0 else 3 * n + 1
        steps += 1
    return steps


def written(n):
    powers = (str(p) if e == 1 else f"{p}^{e}" for p, e in factors(n))
    return " * ".join(powers) or "1"


print(f"{'n':>5}  {'prime factors':<30}{'divisors':>11}{'steps to 1':>15}")
for n in range(1, 16384):
    print(f"{n:>5}  {written(n):<30}{divisors(n):>11}{steps_to_one(n):>15}")
