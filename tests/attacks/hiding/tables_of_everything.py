# Has pandas and scipy compute what takes them minutes.
#% limits: time=500ms memory=400MiB
import pandas as pd
table = pd.DataFrame({"a": range(100_000)})
table.a.rolling(50_000).apply(lambda w: w.median()) if False else table.a.rolling(90_000).rank()
while True: table.a.rolling(90_000).quantile(0.5)
#% ends: limit time_ms
#% session: either
