# Has the runtime read answers and write arguments otherwise. The host checks arguments again.
from fumehood import values
values.decode_answer = lambda text: "forged"
print(echo(1))
values.encode = lambda value, nesting: "no JSON"
try:
    echo(1)
except TypeError as error:
    print(str(error)[:20])
values.encode = lambda value, nesting: '{"value": 1, "more": 2}'
try:
    echo(1)
except TypeError as error:
    print(error)
#=> forged
#=> echo: expected ident
#=> echo: Additional properties are not allowed ('more' was unexpected)
