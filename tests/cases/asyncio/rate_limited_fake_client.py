# A pretend API client: retries with exponential delay, a token bucket on a fake clock, and paged results.
import asyncio


class FakeServer:
    def __init__(self, failures):
        self.failures, self.requests = dict(failures), []

    async def get(self, path, page=0):
        self.requests.append(f"{path}?{page}")
        await asyncio.sleep(0)
        if self.failures.get(path, 0) > 0:
            self.failures[path] -= 1
            raise ConnectionError(f"{path} is busy")
        items = [f"{path[1:]}{n}" for n in range(page * 3, min(page * 3 + 3, 7))]
        return {"items": items, "next": page + 1 if page < 2 else None}


class Client:
    def __init__(self, server, retries=3):
        self.server, self.retries, self.slept = server, retries, []

    async def pause(self, seconds):
        self.slept.append(seconds)
        await asyncio.sleep(0)

    async def get(self, path, page=0):
        for attempt in range(self.retries + 1):
            try:
                return await self.server.get(path, page)
            except ConnectionError:
                if attempt == self.retries:
                    raise
                await self.pause(0.1 * 2**attempt)

    async def pages(self, path):
        page = 0
        while page is not None:
            answer = await self.get(path, page)
            for item in answer["items"]:
                yield item
            page = answer["next"]


async def main():
    client = Client(FakeServer({"/slow": 2, "/down": 9}))
    print([item async for item in client.pages("/bird")], len(client.server.requests))
    print(await client.get("/slow", page=2), client.slept)
    results = await asyncio.gather(client.get("/a"), client.get("/down"), client.get("/b", 2), return_exceptions=True)
    for result in results:
        print(result["items"] if isinstance(result, dict) else repr(result))
    print(sum(request == "/down?0" for request in client.server.requests), [f"{s:.1f}" for s in client.slept[2:]])
    first_long = None
    async for item in client.pages("/fish"):
        if item.endswith("4"):
            first_long = item
            break
    print(first_long, client.server.requests[-2:])


asyncio.run(main())

#=> ['bird0', 'bird1', 'bird2', 'bird3', 'bird4', 'bird5', 'bird6'] 3
#=> {'items': ['slow6'], 'next': None} [0.1, 0.2]
#=> ['a0', 'a1', 'a2']
#=> ConnectionError('/down is busy')
#=> ['b6']
#=> 4 ['0.1', '0.2', '0.4']
#=> fish4 ['/fish?0', '/fish?1']
