"""Code tables against our own vocabulary: every code of ours has its row, and every row is of a code of ours."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from gateway.workbench.grades import Grade, Graded
from gateway.workbench.takes import listed
from gateway.workbench.targets import Target, targets
from gateway.workbench.texts import arriving, texts
from mappings.canonical import shape
from mappings.canonical.shape import Shape
from mappings.mapping import Mapping as Mapped
from mappings.pipes import TABLES_BACK
from mappings.problems import Finding, nearest
from mappings.tables import Table


@dataclass(slots=True)
class _Use:
    """What one table is used for. ours: all codes of ours that its fields know; None once one takes anything."""

    table: Table
    target: Target
    ours: frozenset[str] | None = frozenset()
    lost: dict[str, None] = field(default_factory=dict)

    def knows(self, codes: frozenset[str] | None) -> None:
        self.ours = None if codes is None or self.ours is None else self.ours | codes


def codes(mappings: Iterable[Mapped]) -> Iterator[Graded]:
    """Everything about the tables of one platform, told once for each."""
    forward: dict[str, _Use] = {}
    backward: dict[str, _Use] = {}
    for mapping in mappings:
        root = targets(mapping)
        for _, target in root.walk():
            _into_theirs(target, forward)
        yield from _into_ours(root, shape.written(mapping.writes), backward)
    yield from _without_rows(forward)
    yield from _foreign_rows(forward, backward)
    yield from _never_given(backward, forward)


def _into_theirs(target: Target, forward: dict[str, _Use]) -> None:
    if target.field is None:
        return
    known = texts(target.field, target.source)
    for bound, codes_ in arriving(target.field, target.source):
        if bound.table is None or bound.word not in ("table", "table_each"):
            continue
        use = forward.setdefault(bound.table.name, _Use(bound.table, target))
        use.knows(codes_ if bound.word == "table" else None)
        if known.lost:
            use.target = use.target if use.lost else target
            use.lost |= dict.fromkeys(known.lost)


def _into_ours(root: Target, written: Shape | None, backward: dict[str, _Use]) -> Iterator[Graded]:
    """Literals and other texts of a reply that our vocabulary does not know; its tables are gathered."""
    for path, target in root.walk() if written is not None else ():
        ours = _enumerated(written, path.split("."))
        if ours is None or target.field is None:
            continue
        table = next((each.table for each in reversed(target.field.words) if each.word in TABLES_BACK), None)
        if table is not None:
            backward.setdefault(table.name, _Use(table, target)).knows(ours)
            continue
        known = texts(target.field, target.source)
        if odd := sorted((known.among or frozenset()) - ours):
            site = target.site
            what = f"'{path}' gives {listed(odd)}, which our vocabulary does not know"
            write = nearest(odd[0], ours, f"one of {listed(sorted(ours))}")
            yield Graded(Grade.BRONZE, Finding(site.file, site.line, site.column, what, write))


def _enumerated(written: Shape | None, steps: list[str]) -> frozenset[str] | None:
    """The codes that our schema has at a place; None where it has no list of them."""
    found = written
    for step in steps:
        if found is not None and found.kind == "list":
            found = found.element()
        found = found.field(step) if found is not None else None
    if found is not None and found.kind == "list":
        found = found.element()
    enum = found.part.get("enum") if found is not None else None
    return frozenset(str(each) for each in enum if each is not None) if enum else None


def _without_rows(forward: Mapping[str, _Use]) -> Iterator[Graded]:
    """Codes of ours that a table has no row for: a case that holds one is refused."""
    for name, use in forward.items():
        if use.lost:
            yield _told(use, f"table {name} has no row for {listed(use.lost)}", Grade.SILVER)


def _foreign_rows(forward: Mapping[str, _Use], backward: Mapping[str, _Use]) -> Iterator[Graded]:
    """Rows of codes that are none of ours: never used on the way out, and on the way in nobody's word."""
    for name in dict.fromkeys([*forward, *backward]):
        uses = [each[name] for each in (forward, backward) if name in each]
        known = [use.ours for use in uses]
        ours = frozenset().union(*(each for each in known if each is not None))
        if any(each is None for each in known) or not ours:
            continue
        grade = Grade.BRONZE if name in backward else Grade.SILVER
        table = uses[0].table
        for row in table.rows:
            if row.ours not in ours:
                what = f"'{row.ours}' is no code of ours where table {name} is used"
                write = nearest(row.ours, ours, f"one of {listed(sorted(ours))}")
                yield Graded(grade, Finding(table.file, row.line, 1, what, write))


def _never_given(backward: Mapping[str, _Use], forward: Mapping[str, _Use]) -> Iterator[Graded]:
    """Codes of ours that no code of theirs stands for; whoever has fewer has a reason to write down."""
    for name, use in backward.items():
        missing = sorted((use.ours or frozenset()) - {row.ours for row in use.table.rows})
        if missing and name not in forward:
            yield _told(use, f"no code of theirs in table {name} means {listed(missing)}", Grade.GOLD)


def _told(use: _Use, what: str, grade: Grade) -> Graded:
    key, site = f"table/{use.table.name}", use.target.site
    write = f'add rows, or write exempt: {{"{key}": why}}'
    return Graded(grade, Finding(site.file, site.line, site.column, what, write), key)
