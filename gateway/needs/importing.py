"""Rows of a list of aligned materials, read and kept. A bad row is told by number; good rows are kept."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from audit.entries import Entry, Fact
from gateway.clock import china_day
from gateway.guides.store import guides_of
from gateway.items.codes import normalise
from gateway.items.item import covers, short_division
from gateway.items.lists.apply import Word
from gateway.items.lists.formats import UNEVEN
from gateway.items.lists.problems import MissingColumns
from gateway.items.lists.values import division_of
from gateway.items.remembered import changed
from gateway.needs.problems import Lack
from gateway.needs.stands import ADD, BY_ID, MEANS, REMOVE, Stands
from gateway.store.connection import Connection
from gateway.store.store import Transaction

FIRST_ROW = 2  # as a spreadsheet counts: the heading is row 1
# 我方列名，或办法里的中文列名
HEADINGS: Mapping[str, str] = {
    "编号": "id", "办理地区划": "there_division", "办理地事项": "there_item", "要求的材料": "there_code",
    "收件地区划": "here_division", "方式": "means", "本地材料": "here_code", "自": "valid_from", "止": "valid_to",
    "依据": "source",
}  # fmt: skip
NAMES: Mapping[str, str] = {
    "文件": "file", "电子证照": "licence", "数据核验": "data", "告知承诺": "pledge", "免交": "exempt",
    "容缺后补": "owed",
}  # fmt: skip
DECISION = "decision"  # a column of suggestions: y makes a row of one, anything else that is allowed none
_YES, _NO = ("y", "yes", "是", "1"), ("", "n", "no", "否", "0")
_REQUIRED = ("id", "there_division", "there_code", "means", "source")


@dataclass(frozen=True, slots=True)
class Told:
    """What is wrong, or odd, in which row."""

    row: int
    lack: Lack


@dataclass(frozen=True, slots=True)
class Brought:
    """How many rows were new, changed something, were known; what was refused; what is odd, but kept."""

    added: int
    changed: int
    unchanged: int
    faults: tuple[Told, ...]
    remarks: tuple[Told, ...]


def require_columns(rows: Sequence[Mapping[str, str]]) -> None:
    """Whether a list has the columns that none may lack. Raises MissingColumns."""
    given = {HEADINGS.get(name, name) for row in rows[:1] for name in row}
    # who confirms a suggestion is its source
    missing = [
        each for each in _REQUIRED if each not in given and not (each == "source" and DECISION in given)
    ]
    if rows and missing:
        raise MissingColumns(columns=", ".join(missing), known=", ".join(rows[0]))


def bring_list(tx: Transaction, rows: Iterable[Mapping[str, str]], word: Word) -> Brought:
    """A list in one transaction with its entry; nothing new leaves none."""
    done = bring(tx.connection, [_signed(tx.connection, row, word.actor) for row in rows], tx.now_ms)
    if done.added or done.changed:
        counts = {"added": done.added, "changed": done.changed, "unchanged": done.unchanged}
        refused = len({each.row for each in done.faults})
        facts: dict[str, Fact] = {
            "list": f"sha256:{word.file_sha256}",
            "actor": word.actor,
            **counts,
            "refused": refused,
        }
        tx.record(Entry("materials.imported", tx.now_ms, facts))
    return done


def bring(connection: Connection, rows: Iterable[Mapping[str, str]], now_ms: int) -> Brought:
    """In the transaction of the connection: all good rows, or none. now_ms: for what is in force today."""
    counts = {"added": 0, "changed": 0, "unchanged": 0}
    faults: list[Told] = []
    remarks: list[Told] = []
    seen: dict[str, int] = {}
    today = china_day(now_ms).isoformat()
    for number, row in enumerate(rows, FIRST_ROW):
        cells = _cells(row)
        if not any(cells.values()) or _said(row) in _NO:
            continue
        wrong = [*_faults(row, cells)]
        stands = _stands(cells)
        first = seen.setdefault(stands.id, number)
        if not wrong and first != number and _known(connection, stands.id) != stands:
            wrong = [Lack("id", "row_repeats", {"row": first})]
        faults += (Told(number, each) for each in wrong)
        if not wrong:
            counts[_put(connection, stands)] += 1
            remarks += (Told(number, each) for each in _odd(connection, stands, today))
    if counts["added"] or counts["changed"]:
        changed(connection)
    return Brought(**counts, faults=tuple(faults), remarks=tuple(remarks))


def _said(row: Mapping[str, str]) -> str:
    """What a person decided of a suggestion; "y" of a row that is none."""
    return row.get(DECISION, "y").strip().lower()


def _signed(connection: Connection, row: Mapping[str, str], actor: str) -> Mapping[str, str]:
    """A confirmed suggestion is a row on the word of who confirmed it, or did so before when a list comes again."""
    if DECISION not in row or row.get("source", "").strip() or _said(row) not in _YES:
        return row
    known = _known(connection, row.get("id", "").strip())
    share = row.get("probability", "").strip() or "-"
    return {**row, "source": known.source if known else f"confirmed by {actor}, suggestion of {share}"}


def _cells(row: Mapping[str, str]) -> dict[str, str]:
    given = {HEADINGS.get(name, name): cell.strip() for name, cell in row.items()}
    return {name: given.get(name, "") for name in Stands._fields}


def _stands(cells: Mapping[str, str]) -> Stands:
    made = Stands(**cells)
    return made._replace(
        there_division=short_division(made.there_division),
        here_division=short_division(made.here_division),
        there_item=normalise(made.there_item),
        means=NAMES.get(made.means, made.means),
    )


def _faults(row: Mapping[str, str], cells: Mapping[str, str]) -> Iterator[Lack]:
    if UNEVEN in row:
        yield Lack("row", "row_cells")
    if _said(row) not in _YES:
        yield Lack(DECISION, "row_unknown_value", {"path": DECISION, "allowed": "y, n"})
        return
    yield from (Lack(name, "row_lacks", {"path": name}) for name in _REQUIRED if not cells[name])
    for name in ("there_division", "here_division"):
        if cells[name] and not division_of(cells[name]):
            yield Lack(name, "row_division")
    means = NAMES.get(cells["means"], cells["means"])
    if means and means not in MEANS:
        yield Lack("means", "row_unknown_value", {"path": "means", "allowed": ", ".join(MEANS)})
    if means == "file" and not cells["here_code"]:
        yield Lack("here_code", "row_lacks", {"path": "here_code"})
    badly = [name for name in ("valid_from", "valid_to") if cells[name] and not _is_day(cells[name])]
    yield from (Lack(name, "row_date") for name in badly)
    if not badly and cells["valid_to"] and cells["valid_to"] <= cells["valid_from"]:
        yield Lack("valid_to", "row_period")


def _put(connection: Connection, stands: Stands) -> str:
    known = _known(connection, stands.id)
    if known == stands:
        return "unchanged"
    if known is not None:
        connection.run(REMOVE, {"id": stands.id})
    connection.run(ADD, stands._asdict())
    return "added" if known is None else "changed"


def _known(connection: Connection, id_: str) -> Stands | None:
    row = connection.row(BY_ID, {"id": id_})
    return Stands._make(row) if row is not None else None


def _odd(connection: Connection, stands: Stands, today: str) -> Iterator[Lack]:
    """Whether what it is about is asked for over there: held against every guide of the item that is known."""
    if not stands.there_item:
        return
    facts = {"division": stands.there_division, "item": stands.there_item, "material": stands.there_code}
    listed = [
        (each, guide)
        for guide in guides_of(connection, stands.there_division, stands.there_item)
        for each in guide.elements.get("materials", ())
    ]
    if not guides_of(connection, stands.there_division, stands.there_item):
        yield Lack("there_item", "material_guide_unknown", facts)
        return
    same = [(each, guide) for each, guide in listed if each.get("code") == stands.there_code]
    if not same:
        yield Lack("there_code", "material_target_unknown", facts)
    elif not any(
        covers(each.get("valid_from", ""), each.get("valid_to", ""), today)
        and covers(guide.valid_from, guide.valid_to, today)
        for each, guide in same[-1:]
    ):
        since = same[-1][0].get("valid_to", "") or same[-1][1].valid_to or "-"
        yield Lack("there_code", "material_target_cancelled", {**facts, "since": since})


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
