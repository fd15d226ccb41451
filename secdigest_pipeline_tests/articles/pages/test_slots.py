"""Who goes first when all slots are taken."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from secdigest_pipeline.articles.pages.slots import Slots

BUSY, QUIET = "http://busy.test/{}", "http://quiet.test/{}"


async def order_of(slots: Slots, urls: list[str]) -> list[str]:
    """The order in which requests get a slot that all of them wait for."""
    served: list[str] = []

    async def ask(url: str) -> None:
        with slots.wanted(url):
            await asyncio.sleep(0)  # all are counted before one queues
            async with slots.slot(url):
                served.append(url)
                await asyncio.sleep(0)

    await asyncio.gather(*map(ask, urls))
    return served


def test_the_host_with_most_left_goes_first_and_others_in_their_turn() -> None:
    first, *rest = [QUIET.format(0), QUIET.format(1), BUSY.format(1), BUSY.format(2), BUSY.format(3)]
    served = asyncio.run(order_of(Slots(1), [first, *rest]))
    assert served == [first, *(BUSY.format(n) for n in (1, 2, 3)), QUIET.format(1)]


def test_no_more_than_the_slots_are_under_way_and_a_broken_or_cancelled_request_gives_its_own_back() -> None:
    async def run() -> int:
        slots, under_way, most = Slots(3), 0, 0

        async def ask(number: int) -> None:
            nonlocal under_way, most
            async with slots.slot(QUIET.format(number)):
                under_way += 1
                most = max(most, under_way)
                await asyncio.sleep(0)
                under_way -= 1
                if number % 3 == 0:
                    raise OSError("broken")

        tasks = [asyncio.create_task(ask(number)) for number in range(30)]
        await asyncio.sleep(0)
        for task in tasks[5::4]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        async with AsyncExitStack() as held:
            for _ in range(3):  # all three are free again, and no fourth
                await asyncio.wait_for(held.enter_async_context(slots.slot(QUIET.format(0))), 5)
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(held.enter_async_context(slots.slot(QUIET.format(0))), 0.05)
        return most

    assert asyncio.run(run()) == 3
