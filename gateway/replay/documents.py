"""The documents that are replayed: those of stored exchanges, opened page by page, or those of declared files."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import partial
from typing import Any, Protocol

import orjson

from gateway.exchange.papers import Papers
from gateway.exchange.receipt import as_of
from gateway.identity import least_id
from gateway.releases.meant import Meant
from gateway.store import replayed
from gateway.store.replayed import LAST, Sealed
from gateway.store.store import Store
from gateway.store.vault import WrongKey
from mappings.china_time import CHINA
from mappings.examples import documents

PAGE = 100
CASE = "canonical/case@1"
Told = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Document:
    """What a mapping starts from. where: an exchange's id, or FILE:LINE; stem: of the mapping, `case.submit`.

    as_of: when its case was received, of an answer (RFC 3339); empty for what says so itself.
    lacking: why there is none to replay: erased, not_kept, locked, unreadable.
    """

    where: str
    platform: str
    stem: str
    tree: Any = field(default=None, repr=False)
    lacking: str = ""
    as_of: str = ""


@dataclass(frozen=True, slots=True)
class Span:
    """Which exchanges: the newest `limit` (None: all), not older than a China day, of one platform or of all."""

    platform: str = ""
    since: date | None = None
    limit: int | None = None

    @property
    def oldest(self) -> str:
        """No id of that day or of a later one sorts before it."""
        if self.since is None:
            return ""
        return least_id(int(datetime.combine(self.since, time(), CHINA).timestamp() * 1000))


async def of_exchanges(store: Store, papers: Papers, span: Span, told: Told) -> AsyncIterator[list[Document]]:
    """Page by page, the newest first; told (done, of how many)."""
    count = await store.read(partial(replayed.count, since=span.oldest, platform=span.platform))
    total = count if span.limit is None else min(count, span.limit)
    done, until = 0, LAST
    while done < total:
        most = min(PAGE, total - done)
        rows = await store.read(
            partial(replayed.page, since=span.oldest, until=until, platform=span.platform, most=most)
        )
        if not rows:  # some were removed meanwhile
            return
        yield [_opened(papers, row) for row in rows]
        done, until = done + len(rows), rows[-1].exchange
        told(done, total)
        await asyncio.sleep(0)  # where an interrupt is heard


def _opened(papers: Papers, row: Sealed) -> Document:
    stem = row.operation if row.kind == "write" else f"{row.operation}.reply"
    lacking = partial(Document, row.exchange, row.platform, stem, None)
    if row.key_id is None or row.wrapped is None:
        return lacking("erased")
    if row.body is None:
        return lacking("not_kept")
    try:
        key = papers.vault.open_key(row.exchange, row.key_id, row.wrapped)
        tree = papers.vault.open_tree(key, row.name, row.body)
    except WrongKey:
        return lacking("locked")
    received_at = ""
    if row.kind == "read":
        tree, received_at = tree["document"], as_of(row.received_ms, row.admitted_ms)
    if tree is None:
        return lacking("not_kept")
    return Document(row.exchange, row.platform, stem, tree, as_of=received_at)


class Sampled(Protocol):
    """A release with its samples, and a reader of the answers among them."""

    release: Meant

    def answer(self, platform: str, operation: str, response: Mapping[str, Any], /) -> Any: ...


def of_samples(sides: Sequence[Sampled], platform: str) -> Iterator[Document]:
    """What the examples of the mappings and the samples of the platforms' folders give, each once."""
    seen: set[bytes] = set()
    for side in sides:
        for name in side.release.platforms:
            for document in (*_of_examples(side.release, name), *_of_folder(side, name)):
                same = orjson.dumps(
                    [name, document.stem, document.tree, document.as_of, document.lacking and document.where],
                    default=str, option=orjson.OPT_SORT_KEYS,
                )  # fmt: skip
                if platform in ("", name) and same not in seen:
                    seen.add(same)
                    yield document


def _of_examples(release: Meant, name: str) -> Iterator[Document]:
    for stem, mapping in release.platforms[name].items():
        for where, tree, received_at in documents(mapping):
            yield Document(where, name, stem, tree, as_of=received_at or "")


def _of_folder(side: Sampled, name: str) -> Iterator[Document]:
    """samples/*.json: a canonical case for every mapping that reads one, an answer for its operation's reply."""
    for path, text in side.release.files.items():
        if not (path.startswith(f"{name}/samples/") and path.endswith(".json")):
            continue
        tree = _json(text)
        if not isinstance(tree, dict):
            yield Document(path, name, "", lacking="unreadable")
        elif "response" in tree:
            yield from _answer(side, path, name, tree)
        else:
            mappings = side.release.platforms[name]
            reading = [  # an overlay is chosen by its mapping
                stem for stem, mapping in mappings.items() if mapping.reads == CASE and "@" not in stem
            ]
            yield from (Document(path, name, stem, tree) for stem in reading)


def _answer(side: Sampled, path: str, name: str, sample: dict[str, Any]) -> Iterator[Document]:
    """What they answered when they took the message, where there is a mapping for it."""
    operation = str(sample.get("operation"))
    verdict = path.removesuffix(".json").rpartition(".")[2].partition("-")[0]  # as `check` reads its name
    if verdict == "taken" and side.release.mapping(name, f"{operation}.reply"):
        tree = side.answer(name, operation, sample["response"])
        lacking = "" if tree is not None else "unreadable"
        yield Document(path, name, f"{operation}.reply", tree, lacking)


def _json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:
        return None
