"""Looking at what is kept of a case's results: opened for whom the case belongs to, and an entry says so first."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from adapters.errors import MaterialMissing
from adapters.message import Stored
from audit.entries import Entry
from gateway.errors import Refusal
from gateway.exchange.papers import Erased
from gateway.exchange.story import Exchanges
from gateway.store import results
from gateway.store.results import Result
from gateway.store.store import Transaction


class Kept(NamedTuple):
    """One result with what was sealed of it; `document` is None once that is erased.

    first: number of its first document; those of a case are numbered through.
    """

    result: Result
    document: dict[str, Any] | None
    first: int


class File(NamedTuple):
    """The file of a document, and what is said of it."""

    said: dict[str, Any]
    content: Stored


async def kept_of(story: Exchanges, case_id: str) -> list[Kept]:
    """The results of a case in the order in which they became known."""
    found, first = list[Kept](), 1
    for result in await story.around.store.read(lambda connection: results.of_case(connection, case_id)):
        found.append(Kept(result, await _opened(story, result), first))
        first += result.documents
    return found


async def _opened(story: Exchanges, result: Result) -> dict[str, Any] | None:
    try:
        document: dict[str, Any] | None = await story.around.papers.tree(result.exchange_id, result.name)
    except Erased:
        return None
    return document


async def file_of(story: Exchanges, case_id: str, number: int, *, actor: str) -> File:
    """The file of a document of a case. Raises Refusal: not_found (no such document), no_file, erased."""
    kept = next(
        (each for each in await kept_of(story, case_id) if 0 <= number - each.first < each.result.documents),
        None,
    )
    if kept is None:
        raise Refusal("not_found")
    if kept.document is None:
        raise Refusal("erased")
    place = number - kept.first
    said = kept.document["documents"][place].get("file", {})
    if "size" not in said:
        raise Refusal("no_file", document=number)
    await seen(story, [kept], actor=actor, document=number)
    try:
        content = await story.around.papers.stored(kept.result.exchange_id, f"{kept.result.name}/{place + 1}")
    except MaterialMissing as error:
        raise Refusal("internal") from error
    except Erased as error:
        raise Refusal("erased") from error
    return File(said, content)


async def seen(story: Exchanges, kept: Sequence[Kept], *, actor: str, document: int = 0) -> None:
    """Who reads something personal leaves a trace: nothing is shown before this returns.

    document: whose file is read; 0: what the results say.
    """
    shown = [each.result for each in kept if each.document is not None]

    def work(tx: Transaction) -> None:
        for each in shown:
            facts: dict[str, str | int | None] = {
                "case": each.case_id, "by": each.exchange_id, "actor": actor, "result": each.place,
                "document": document or None,
            }  # fmt: skip
            tx.record(Entry("result.read", tx.now_ms, facts))

    if shown:
        await story.around.store.write(work)
