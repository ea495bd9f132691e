# Hides code from a reader: in other writing directions, in letters that look like others, in encodings,
# behind line ends. It reaches no more than code that is seen.
оpen = lambda *a: "not open"
print(оpen("/etc/passwd"))
ｏｐｅｎ = 1
print(open)
exec("\u0065\u0078\u0065c('print(1)')")
exec("# x\rprint(2)")
del open
try:
    open("/etc/passwd")
except OSError:
    print("refused")
#=> not open
#=> 1
#=> 1
#=> 2
#=> refused
