# guest: libmpdec and OpenSSL are not linked, so decimal is CPython's pure Python version, and some digests are missing
# The results are the same; decimal is slower. Every digest that CPython brings itself is there.
import decimal
import hashlib
from decimal import Decimal

print(decimal.Decimal.__module__, hasattr(decimal, "__libmpdec_version__"), decimal.MAX_PREC)
print(Decimal(1) / 7, Decimal("2").sqrt(), sum([Decimal("0.1")] * 10) == 1)
print(sorted(hashlib.algorithms_available) == sorted(hashlib.algorithms_guaranteed))
print("ripemd160" in hashlib.algorithms_available)
print([name for name in ("pbkdf2_hmac", "scrypt", "file_digest", "blake2b", "sha3_512") if hasattr(hashlib, name)])

#=> decimal True 425000000
#=> 0.1428571428571428571428571429 1.414213562373095048801688724 True
#=> True
#=> False
#=> ['file_digest', 'blake2b', 'sha3_512']
