# Spends all fuel in one call of C, which does not notice the first wall. The second is exact.
#% needs: fuel
#% limits: fuel=200M time=20s
sum(range(10**12))
#% ends: limit fuel
#% session: rolled back
