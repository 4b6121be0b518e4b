"""Every event of a caller is told at least once, in the order of its case, and nobody waits for anybody else."""

import asyncio
from collections import Counter

import orjson
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.tables import ENTRIES
from gateway.feed import page
from gateway.settings.hooks import SecretSource, Webhook
from gateway.store.letters import Letter
from gateway.webhooks.attended import by_id, found, retry
from gateway.webhooks.courier import failed
from gateway.webhooks.letters import body_of
from tests.waiting import LONGEST_S
from tests.webhooks.conftest import HOUR_MS, NAME, Post
from tests.webhooks.receiver import Receiver, position


def told(receiver: Receiver) -> list[str]:
    """The last letter of each case that took an event, in the order in which they were taken."""
    return [body["data"]["case"].lstrip("0") for _, body in receiver.taken]


async def test_everything_since_it_wants_to_be_told_is_told_once_as_the_feed_shows_it(post: Post) -> None:
    await post.happens("A", "B", "A")
    await post.happens("C", caller="cixi")
    await post.rounds()
    assert Counter(told(post.receiver)) == {"A": 2, "B": 1}
    feed = await post.store.read(lambda connection: page(connection, "guichi", "", NAME, 99))
    shown = {event["cursor"]: event for event in feed.events}
    for letter_id, body in post.receiver.taken:
        assert body == {
            "type": "case.event", "timestamp": body["data"]["at"], "data": shown[body["data"]["cursor"]],
        }  # fmt: skip
        assert letter_id == "evt_" + body["data"]["cursor"].replace(".", "_")
    assert (await post.left(), post.receiver.forged) == ([], 0)


async def test_behind_a_refused_event_its_case_waits_in_order_and_the_others_do_not(post: Post) -> None:
    first = True
    post.receiver.answer = lambda body: 500 if first and body["data"]["case"].endswith("A") else 200
    await post.happens("A", "B", "A", "C")
    await post.rounds()
    assert sorted(told(post.receiver)) == ["B", "C"]
    assert [(each.tries, each.cause, each.due_ms > 0) for each in await post.left()] == [
        (1, "http_500", True),
        (0, "", False),
    ]
    first = False
    post.later(1)
    await post.rounds()
    assert told(post.receiver)[2:] == ["A", "A"]
    cursors = post.receiver.by_case()["A".rjust(26, "0")]
    assert cursors == sorted(cursors, key=position)


async def test_what_is_refused_for_too_long_is_a_dead_letter_that_keeps_nothing_back(post: Post) -> None:
    post.receiver.answer = lambda body: 400
    await post.happens("A")
    for _ in range(10):
        await post.rounds()
        post.later(6)
    post.receiver.answer = lambda body: 200
    await post.happens("A")
    await post.rounds()
    [dead] = await post.left()
    assert (dead.dead, dead.cause, dead.due_ms) == (1, "http_400", 0)
    assert len(post.receiver.taken) == 1  # the event after it
    entry = await entries(post, "webhook.dead")
    assert [(each["caller"], each["letter"], each["cause"]) for each in entry] == [
        ("guichi", dead.id, "http_400")
    ]


async def test_a_dead_letter_is_told_again_before_what_waits_of_its_case(post: Post) -> None:
    post.receiver.answer = lambda body: 410
    await post.happens("A")
    await post.rounds()
    post.receiver.answer = lambda body: 500
    await post.happens("A", "A")
    await post.rounds()
    [dead] = await post.store.read(lambda connection: found(connection, ["guichi"], dead=True))
    assert dead.cause == "gone"
    known = await post.store.read(lambda connection: by_id(connection, ["cixi", "guichi"], dead.id))
    assert known == dead
    assert [each.id for each in await post.store.write(retry([dead, dead], "li.w"))] == [dead.id]
    post.receiver.answer = lambda body: 200
    post.later(1)
    await post.rounds()
    assert await post.left() == []
    taken = [position(body["data"]["cursor"]) for _, body in post.receiver.taken]
    assert taken == sorted(taken)
    assert len(taken) == 3
    assert [each["actor"] for each in await entries(post, "webhook.retried")] == ["li.w"]


async def test_where_nobody_is_reached_one_at_a_time_is_tried_and_then_everything_goes(post: Post) -> None:
    post.receiver.answer = lambda body: 503
    await post.happens(*(str(number) for number in range(30)))
    courier = post.courier()
    await post.rounds(courier)
    first = len(post.receiver.told)
    assert first <= 8
    for _ in range(5):
        post.now[0] += 60_000
        await post.rounds(courier)
    assert len(post.receiver.told) == first + 5
    post.receiver.answer = lambda body: 200
    post.later(1)
    await post.rounds(courier)
    assert await post.left() == []
    assert len(post.receiver.taken) == 30


async def test_a_caller_that_is_not_there_loses_nothing(post: Post) -> None:
    gone = post.receiver
    post.receiver = Receiver(address="http://127.0.0.1:9/events")
    courier = post.courier()
    await post.happens("A", "A")
    await post.rounds(courier)
    assert [each.cause for each in await post.left()] == ["connect_refused", ""]
    post.receiver = gone
    post.later(1)
    await post.rounds(post.courier())
    assert told(gone) == ["A", "A"]


async def test_without_a_secret_nothing_is_told_and_nothing_is_lost(post: Post) -> None:
    (post.folder / "secret").write_text("short")
    await post.happens("A")
    await post.rounds()
    assert (post.receiver.told, [each.cause for each in await post.left()]) == ([], ["no_secret"])


async def test_of_two_processes_one_carries_at_a_time(post: Post) -> None:
    post.receiver.hold = asyncio.Event()
    await post.happens("A")
    await post.courier("one").round("guichi", post.hook)  # it is collected, and carried in the next round
    one = asyncio.create_task(post.courier("one").round("guichi", post.hook))
    async with asyncio.timeout(LONGEST_S):
        while not post.receiver.told:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert await post.courier("other").round("guichi", post.hook) is False
    post.receiver.hold.set()
    assert await one
    assert len(post.receiver.told) == 1


async def test_a_redirect_is_not_followed_and_not_taken_for_success(post: Post) -> None:
    post.receiver.answer = lambda body: 302
    await post.happens("A")
    await post.rounds()
    assert [each.cause for each in await post.left()] == ["http_302"]


async def test_what_was_taken_or_never_was_cannot_be_shown(post: Post) -> None:
    await post.happens("A")
    await post.rounds()
    [(letter_id, _)] = post.receiver.taken
    for each in (letter_id, "evt_1_999999", "evt_x_1", "1"):
        assert (
            await post.store.read(lambda connection, each=each: by_id(connection, ["guichi"], each)) is None
        )
    letter = Letter("cixi", 1, 0, "")
    assert await post.store.read(lambda connection: body_of(connection, letter, NAME)) is None


@pytest.mark.parametrize("address", ["file"], indirect=True)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(
    happened=st.lists(st.sampled_from("ABC"), min_size=1, max_size=12),
    answers=st.lists(st.sampled_from([200, 200, 500, 503, 400]), max_size=20),
)
async def test_whatever_it_answers_it_is_told_all_in_the_order_of_each_case(
    post: Post, happened: list[str], answers: list[int]
) -> None:
    left, post.receiver.taken = list(answers), []
    post.patience_hours = 10_000
    post.receiver.answer = lambda body: left.pop() if left else 200
    await post.happens(*happened)
    courier = post.courier()
    for _ in range(len(answers) + 2):
        await post.rounds(courier)
        post.later(2)
    assert await post.left() == []
    assert Counter(told(post.receiver)) == Counter(happened)
    for cursors in post.receiver.by_case().values():
        assert cursors == sorted(cursors, key=position)


@given(st.integers(0, 60), st.integers(1, 100 * HOUR_MS))
def test_a_letter_waits_longer_each_time_and_dies_only_after_its_patience(tries: int, since: int) -> None:
    hook = Webhook(url="https://a.example/x", secret=SecretSource())
    now_ms = 100 * HOUR_MS
    letter = failed(Letter("a", 1, 1, "c", tries=tries, since_ms=since), "http_500", hook, now_ms)
    assert letter.dead == (now_ms - since >= 72 * HOUR_MS)
    assert letter.dead or now_ms + 3_750 <= letter.due_ms <= now_ms + HOUR_MS


async def entries(post: Post, kind: str) -> list[dict[str, str]]:
    asked = sa.select(ENTRIES.c.body).where(ENTRIES.c.kind == kind).order_by(ENTRIES.c.position)
    rows = await post.store.read(lambda connection: connection.rows(asked))
    return [orjson.loads(body) for (body,) in rows]
