"""Shares, turns and the pace of refusals, each alone: who gets what, in which order, and what is given back."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.edge.pace import AT_ONCE, LONGEST_S, PER_S, Pace
from gateway.web.edge.shares import Share
from gateway.web.edge.turns import ALONE_S, PART, ROUNDS, Gone, Place, Turns

WHOLE = 24
CALLERS = ("a", "b", "c", "d")


@given(st.lists(st.tuples(st.sampled_from(CALLERS), st.integers(0, 30), st.booleans()), max_size=60))
def test_whatever_callers_take_nothing_is_lost_and_there_is_room_for_the_next(steps: list[Any]) -> None:
    share, held = Share(WHOLE), Counter[str]()
    for caller, amount, back in steps:
        if back:
            share.give_back(caller, held.pop(caller, 0))
        elif share.take(caller, amount):
            held[caller] += amount
        else:
            assert amount > share.free or (held[caller] and held[caller] + amount > share.free - amount)
        assert share.free == WHOLE - held.total() >= 0


@given(st.lists(st.sampled_from(CALLERS), max_size=200))
def test_no_number_of_single_takes_leaves_another_caller_without(steps: list[str]) -> None:
    share = Share(WHOLE)
    for caller in steps:
        share.take(caller, 1)
    assert share.take("somebody else", 1)


def test_one_caller_gets_a_half_and_two_get_a_third_each() -> None:
    alone = Share(WHOLE)
    assert sum(alone.take("a", 1) for _ in range(WHOLE)) == WHOLE // 2
    two = Share(WHOLE)
    assert sum(two.take(caller, 1) for _ in range(WHOLE) for caller in ("a", "b")) == 2 * WHOLE // 3


def test_the_only_thing_of_a_caller_may_grow_to_the_whole() -> None:
    share = Share(WHOLE)
    assert all(share.take("a", 1, more_of=size) for size in range(WHOLE))
    assert share.free == 0
    assert not share.take("a", 1, more_of=WHOLE)


class Track:
    """Requests that note when their turn came, and end it when they are told to."""

    def __init__(self, at_once: int, per_caller: int = 8) -> None:
        self.turns = Turns(at_once, per_caller)
        self.served: list[str] = []
        self.places: dict[str, Place] = {}
        self.tasks: list[asyncio.Task[None]] = []

    def ask(self, *names: str) -> None:
        """One request for each name; its first letter is the caller."""
        for name in names:
            place = self.turns.place(name[0])
            assert place
            self.places[name] = place
            self.tasks.append(asyncio.create_task(self._ask(name, place)))

    async def _ask(self, name: str, place: Place) -> None:
        try:
            await self.turns.wait(place)
        except Gone:
            return
        self.served.append(name)

    async def end(self, *names: str) -> list[str]:
        """These are done; who has been served so far, once all that can begin has begun."""
        for name in names:
            self.turns.leave(self.places[name])
        for _ in range(50):
            await asyncio.sleep(0)
        return self.served


async def test_a_caller_with_one_request_waits_for_one_of_each_other_caller_and_no_more() -> None:
    track = Track(at_once=1)
    track.ask("a1", "a2", "a3", "a4")
    await track.end()
    track.ask("b1", "c1", "b2")
    order = ["a1", "a2", "b1", "c1", "a3", "b2", "a4"]
    for done in range(1, len(order) + 1):
        assert await track.end(*order[: done - 1]) == order[:done]


async def test_while_there_are_several_none_has_more_than_its_part_and_the_next_waits_for_nothing() -> None:
    track = Track(at_once=2 * PART)
    track.ask("a1", "a2", "a3", "a4")
    assert await track.end() == ["a1", "a2"]
    track.ask("b1", "c1")
    assert await track.end() == ["a1", "a2", "b1", "c1"]
    assert await track.end("a1", "b1") == ["a1", "a2", "b1", "c1", "a3"]


async def test_a_caller_that_is_alone_has_all_the_turns_until_another_asks() -> None:
    track = Track(at_once=PART, per_caller=2 * PART)
    track.ask("a0")
    await asyncio.sleep(ALONE_S + 0.1)
    names = [f"a{number}" for number in range(1, PART + 2)]
    track.ask(*names)
    assert await track.end() == ["a0", *names[: PART - 1]]
    track.ask("b1")
    assert (await track.end("a0"))[PART:] == ["b1"]
    assert (await track.end(*names[: PART - 2]))[PART:] == ["b1"], "it keeps what it has, and gets no more"
    assert (await track.end(names[PART - 2]))[PART:] == ["b1", names[PART - 1]]


async def test_the_loop_goes_round_between_two_turns() -> None:
    """The work of these takes no time at all: without rounds, all of them would be done in one go."""
    track, steps = Track(at_once=8), []
    track.ask("a1", "a2", "a3", "a4")
    for _ in range(50):
        await asyncio.sleep(0)
        steps.append(len(track.served))
        for name in track.served:
            track.turns.leave(track.places[name])
    assert track.served == ["a1", "a2", "a3", "a4"]
    assert all(steps.count(served) >= ROUNDS for served in (1, 2, 3))


async def test_who_hangs_up_leaves_the_queue_and_is_never_served() -> None:
    track = Track(at_once=1, per_caller=2)
    track.ask("a1", "a2")
    await track.end()
    track.ask("a3")
    assert track.turns.place("a") is None, "one works, two wait"
    track.turns.give_up(track.places["a2"])
    track.turns.give_up(track.places["a1"])  # it is worked on: that comes to its end
    track.ask("a4")
    assert await track.end() == ["a1"]
    assert await track.end("a1") == ["a1", "a3"]
    assert await track.end("a2", "a3") == ["a1", "a3", "a4"]


async def test_who_hangs_up_before_its_body_is_there_gets_no_turn() -> None:
    turns = Turns(at_once=1, per_caller=1)
    place = turns.place("a")
    assert place and turns.place("a") is None
    turns.give_up(place)
    with pytest.raises(Gone):
        await turns.wait(place)
    assert turns.place("a")


async def test_a_request_that_is_cancelled_just_as_its_turn_comes_passes_it_on() -> None:
    track = Track(at_once=1)
    track.ask("a1", "a2", "a3")
    await track.end()
    track.tasks[1].cancel()
    assert await track.end("a1") == ["a1"]
    assert await track.end("a2") == ["a1", "a3"]


async def test_leaving_twice_gives_back_one_turn() -> None:
    track = Track(at_once=2)
    track.ask("a1", "a2", "a3")
    await track.end()
    await track.end("a1", "a1")
    assert await track.end("a1") == ["a1", "a2"]


@given(
    st.lists(st.tuples(st.sampled_from(["ask", "leave", "give up"]), st.sampled_from(CALLERS)), max_size=60)
)
def test_turns_are_bounded_and_come_back_whatever_happens(steps: list[tuple[str, str]]) -> None:
    async def play() -> None:
        track, names = Track(at_once=4, per_caller=3), iter(range(1000))
        for what, caller in steps:
            mine = [name for name in track.places if name[0] == caller]
            if what == "ask":
                waiting = [name for name in mine if track.places[name].state == "waits"]
                place = track.turns.place(caller)
                assert (place is None) == (len(waiting) == 3)
                if place:
                    track.turns.leave(place)
                    track.ask(f"{caller}{next(names)}")
            elif mine and what == "leave":
                track.tasks[list(track.places).index(mine[-1])].cancel()
                track.turns.leave(track.places[mine[-1]])
            elif mine:
                track.turns.give_up(track.places[mine[-1]])
            await track.end()
            assert sum(place.state == "works" for place in track.places.values()) <= 4
        while any(place.state != "gone" for place in track.places.values()):
            await track.end(*(name for name, place in track.places.items() if place.state == "works"))
        track.ask("v1", "w1", "x1", "y1", "z1")
        assert (await track.end())[-4:] == ["v1", "w1", "x1", "y1"], (
            "all four have come back, and no more than four"
        )

    asyncio.run(play())


def test_a_few_refusals_are_told_at_once_and_an_endless_row_at_its_pace() -> None:
    pace = Pace()
    waits = [pace.wait_s("a", 100.0) for _ in range(AT_ONCE + 500)]
    assert max(waits[:AT_ONCE]) <= 1e-9
    assert waits[AT_ONCE + 10] == pytest.approx(11 / PER_S)
    assert max(waits) <= LONGEST_S
    assert max(Counter(round(wait, 6) for wait in waits[AT_ONCE:]).values()) <= 3, (
        "they are spread over that time"
    )
    assert pace.wait_s("b", 100.0) <= 0, "another caller is not concerned"
    assert pace.wait_s("a", 100.0 + 2 * LONGEST_S) <= 0, "and it is soon forgotten"
