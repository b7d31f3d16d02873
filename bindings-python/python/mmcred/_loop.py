"""Awaiting the native part: one port an event loop, read by the loop itself, so that no foreign thread is in Python."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any, Callable
from weakref import WeakKeyDictionary

from ._native import Port, Running


class _Channel:
    """What one event loop waits for."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.port = Port()
        self.numbers = count()
        self.waiting: dict[int, asyncio.Future[Any]] = {}
        loop.add_reader(self.port.fileno(), self.deliver)

    def deliver(self) -> None:
        for number, value, error in self.port.take():
            future = self.waiting.pop(number, None)
            if future is None or future.done():
                continue
            if error is None:
                future.set_result(value)
            else:
                future.set_exception(error)


_channels: WeakKeyDictionary[asyncio.AbstractEventLoop, _Channel] = WeakKeyDictionary()


def _channel(loop: asyncio.AbstractEventLoop) -> _Channel:
    channel = _channels.get(loop)
    if channel is None:
        # A loop that was closed in mid-call is kept alive by what waits for it.
        for old in [old for old in list(_channels) if old.is_closed()]:
            _channels.pop(old, None)
        channel = _channels[loop] = _Channel(loop)
    return channel


async def call(start: Callable[..., Running], *arguments: Any) -> Any:
    """Waits for what the port's method `start` begins; cancelling the wait drops the request."""
    loop = asyncio.get_running_loop()
    channel = _channel(loop)
    number = next(channel.numbers)
    running = start(channel.port, number, *arguments)
    channel.waiting[number] = future = loop.create_future()
    try:
        return await future
    finally:
        if channel.waiting.pop(number, None) is not None:
            running.cancel()
