"""Calls every tool of a server with the official client: `client.py MODE URL`, or `client.py MODE PROGRAM ARGUMENT…`.

The mode is `legacy`, which begins with `initialize`, or `auto`, which speaks the newest version of the protocol."""

import asyncio
import base64
import sys

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

mode, where, *arguments = sys.argv[1:]
PICTURE = """
from PIL import Image
Image.new('RGB', (2, 2), 'red').save('red.png')
print('painted')
"""


def target():
    if where.startswith("http"):
        return where
    return stdio_client(StdioServerParameters(command=where, args=arguments))


async def main():
    async with Client(target(), mode=mode) as client:
        listed = {tool.name: tool for tool in (await client.list_tools()).tools}
        uncalled = set(listed)
        progress = []

        async def told(done, total, message):
            progress.append(message)

        async def call(name, **given):
            uncalled.discard(name)
            return await client.call_tool(name, given, progress_callback=told)

        async def text(name, **given):
            result = await call(name, **given)
            assert not result.is_error, (name, result)
            return result.content[0].text

        assert await text("run_python", code="x = 20 + 1; x * 2") == "42"
        assert await text("run_python", code="x", session="main") == "21"
        result = await call("run_python", code="1 / 0")
        assert result.is_error and "ZeroDivisionError" in result.content[0].text, result
        assert result.structured_content["status"] == "exception", result
        result = await call("run_python", code="while True: pass", seconds=0.3)
        assert result.is_error and result.structured_content["status"] == "limit", result
        assert await text("run_python", code="x") == "21"

        progress.clear()
        result = await call("run_python", code=PICTURE)
        assert result.content[0].text == "painted\n[files: /work/red.png (%d bytes)]" % result.structured_content["files"][0]["bytes"], result
        assert result.content[1].type == "image" and base64.b64decode(result.content[1].data)[:4] == b"\x89PNG", result
        assert "painted" in progress, progress

        await text("fork_session", session="main", fork="other")
        await text("run_python", code="x = 1", session="other")
        assert await text("run_python", code="x") == "21"
        assert await text("list_sessions") == "main\nother"
        assert "red.png" in await text("list_files", session="other")
        await text("write_file", path="notes/a.txt", text="naïve")
        assert await text("read_file", path="/work/notes/a.txt") == "naïve"
        await text("write_file", path="b.bin", base64="/wA=")
        result = await call("read_file", path="b.bin")
        assert base64.b64decode(result.content[0].resource.blob) == b"\xff\x00", result
        result = await call("read_file", path="red.png")
        assert result.content[0].type == "image", result
        result = await call("read_file", path="/etc/passwd")
        assert result.is_error, result
        await text("close_session", session="other")
        assert await text("list_sessions") == "main"
        await text("reset_session")
        result = await call("run_python", code="x")
        assert "NameError" in result.content[0].text, result
        result = await call("run_python", code=1)
        assert result.is_error and "the arguments do not fit" in result.content[0].text, result

        progress.clear()
        result = await call("run_agent_adder", task="2 + 2?")
        assert result.content[0].text == "4" and result.structured_content["state"] == "success", result
        assert "step 1" in progress and "runs code" in progress, progress

        assert not uncalled, uncalled
    print("every tool was called")


asyncio.run(main())
