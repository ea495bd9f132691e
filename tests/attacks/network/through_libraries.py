# Reaches the network through libraries that do it for others.
#% limits: time=15s
import asyncio, ftplib, http.client, smtplib, urllib.request, xmlrpc.client
import pandas as pd
def tried(do):
    try:
        do()
        return "reached"
    except Exception as error:
        return "refused"
async def connect():
    await asyncio.open_connection("127.0.0.1", 80)
async def serve():
    await asyncio.start_server(print, "127.0.0.1", 0)
async def datagram():
    await asyncio.get_running_loop().create_datagram_endpoint(asyncio.DatagramProtocol,
                                                              remote_addr=("127.0.0.1", 53))
for do in (lambda: urllib.request.urlopen("http://169.254.169.254/latest", timeout=1),
           lambda: urllib.request.urlopen("file:///etc/passwd"),
           lambda: http.client.HTTPConnection("127.0.0.1", timeout=1).request("GET", "/"),
           lambda: smtplib.SMTP("127.0.0.1", timeout=1), lambda: ftplib.FTP("127.0.0.1", timeout=1),
           lambda: xmlrpc.client.ServerProxy("http://127.0.0.1:1").x(),
           lambda: pd.read_csv("http://127.0.0.1/x.csv"), lambda: pd.read_csv("file:///etc/passwd"),
           lambda: asyncio.run(connect()), lambda: asyncio.run(serve()), lambda: asyncio.run(datagram())):
    print(tried(do))
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
#=> refused
