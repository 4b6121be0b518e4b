"""Versions of one item: the one that a case was filled against, the one in force, and what changed between them.

What else of an item has versions adds its own changes by a `Compare`, given to `remembered.Alignments`: so does its
guide (`gateway.guides.versions`).
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from gateway.items.item import Item
from gateway.items.problems import ItemError, Problem
from gateway.store.connection import Connection

PATH = "/item/version"
# What may change without making another item of it, with the field's own terms.
COMPARED = {
    "name": "事项名称",
    "unit": "实施主体",
    "unit_name": "实施主体名称",
    "level": "行使层级",
    "service_objects": "服务对象",
    "situation": "情形",
    "state": "事项状态",
    "valid_from": "生效日期",
    "valid_to": "取消日期",
    "superseded_by": "取代它的事项",
}


class Change(NamedTuple):
    """One element of an item that differs between two versions; title: its Chinese name."""

    field: str
    title: str
    before: str
    after: str

    def problem(self) -> Problem:
        return Problem(PATH, "item_version_change", self._asdict())


Compare = Callable[[Connection, Item, Item], Sequence[Change]]  # (before, after): two versions of one item


class VersionDiffers(ItemError):
    """The case was filled against another version than the one in force on the day of receipt.

    before: the version that the case names, None where the catalogue does not have it.
    """

    code = "item_version_differs"

    def __init__(self, stated: int, before: Item | None, after: Item, changes: Sequence[Change] = ()) -> None:
        fields = ", ".join(dict.fromkeys(change.field for change in changes)) or "-"
        super().__init__(
            code=after.code, division=after.division, stated=stated, version=after.version, changed=fields
        )
        self.stated, self.before, self.after, self.changes = stated, before, after, tuple(changes)

    def problem(self, path: str = PATH) -> Problem:
        return super().problem(path)

    def problems(self) -> tuple[Problem, ...]:
        """The difference, and each change; or that the catalogue does not know the version."""
        if self.before is None:
            return (self.problem(), Problem(PATH, "item_version_unknown", self.facts))
        return (self.problem(), *(change.problem() for change in self.changes))

    def with_changes(self, more: Sequence[Change]) -> "VersionDiffers":
        return VersionDiffers(self.stated, self.before, self.after, (*self.changes, *more))


def require_version(stated: int | None, there: Item, candidates: Sequence[Item]) -> None:
    """Raises VersionDiffers unless the item is of the stated version, or none is stated."""
    if stated is None or stated == there.version:
        return
    before = next((item for item in candidates if _is(item, there, stated)), None)
    changes = tuple(changed(before, there)) if before else ()
    raise VersionDiffers(stated, before, there, changes)


def changed(before: Item, after: Item) -> Iterator[Change]:
    """What the catalogue itself has on both versions, and differs."""
    for field, title in COMPARED.items():
        was, now = str(getattr(before, field)), str(getattr(after, field))
        if was != now:
            yield Change(field, title, was, now)


def _is(item: Item, there: Item, version: int) -> bool:
    return (item.division, item.code, item.version) == (there.division, there.code, version)
