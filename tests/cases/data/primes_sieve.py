# Prime numbers: sieve, factorisation, Goldbach pairs, perfect numbers, and Miller-Rabin against the sieve.
from collections import Counter
from itertools import count, islice


def sieve(limit):
    flags = bytearray([1]) * (limit + 1)
    flags[:2] = b"\0\0"
    for n in range(2, int(limit**0.5) + 1):
        if flags[n]:
            flags[n * n :: n] = bytes(len(range(n * n, limit + 1, n)))
    return [n for n, flag in enumerate(flags) if flag]


def factors(n):
    found, divisor = Counter(), 2
    while divisor * divisor <= n:
        while n % divisor == 0:
            found[divisor] += 1
            n //= divisor
        divisor += 1
    if n > 1:
        found[n] += 1
    return found


def is_prime(n, witnesses=(2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)):
    if n in witnesses or n < 2 or any(n % p == 0 for p in witnesses):
        return n in witnesses
    shift = ((n - 1) & -(n - 1)).bit_length() - 1
    return all(pow(a, (n - 1) >> shift, n) == 1
               or any(pow(a, (n - 1) >> r, n) == n - 1 for r in range(1, shift + 1)) for a in witnesses)


primes = sieve(100_000)
print(len(primes), primes[:10], primes[-1], sum(primes))
for n in (360, 97, 1001, 2**32 + 1, 600851475143):
    print(n, "=", " * ".join(f"{p}^{k}" if k > 1 else str(p) for p, k in factors(n).items()))
known = set(primes)
print([(p, 100 - p) for p in primes if p <= 50 and 100 - p in known])
print(all(is_prime(n) == (n in known) for n in range(5000)), is_prime(2**89 - 1), is_prime(2**83 - 1))
print(list(islice((2**(p - 1) * (2**p - 1) for p in count(2) if is_prime(2**p - 1)), 6)))

#=> 9592 [2, 3, 5, 7, 11, 13, 17, 19, 23, 29] 99991 454396537
#=> 360 = 2^3 * 3^2 * 5
#=> 97 = 97
#=> 1001 = 7 * 11 * 13
#=> 4294967297 = 641 * 6700417
#=> 600851475143 = 71 * 839 * 1471 * 6857
#=> [(3, 97), (11, 89), (17, 83), (29, 71), (41, 59), (47, 53)]
#=> True True False
#=> [6, 28, 496, 8128, 33550336, 8589869056]
