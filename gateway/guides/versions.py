"""What changed in the guide (办事指南) between two versions of an item, beside what the catalogue knows of it."""

from collections.abc import Iterator, Sequence

from gateway.guides.compare import Line, compare
from gateway.guides.guide import Guide, begun
from gateway.guides.store import guides_of
from gateway.guides.views import title, words
from gateway.items.item import Item
from gateway.items.versions import Change
from gateway.store.connection import Connection

_EVER = "9999-12-31"
_NOT_ASKED, _ASKED, _UNSAID = "无", "有", "未说明"


def guide_changes(connection: Connection, before: Item, after: Item) -> Sequence[Change]:
    """Line by line; nothing where either guide is not known, or both are one. A `versions.Compare`."""
    known = guides_of(connection, after.division, after.code)
    was, now = _of_version(known, before, after.valid_from), _of_version(known, after, "")
    if was is None or now is None or was is now:
        return ()
    return tuple(change for line in compare(was, now) for change in _changes(line))


def _of_version(known: Sequence[Guide], item: Item, until: str) -> Guide | None:
    """The last guide of this version; else the last without a version that began before `until` ("": ever)."""
    own = [each for each in known if each.version == item.version]
    if own:
        return own[-1]
    undated = [each for each in known if not each.version and (not until or each.valid_from < until)]
    return begun(undated, _EVER) or (undated[-1] if undated else None)


def _changes(line: Line) -> Iterator[Change]:
    """Of a line that is otherwise now, or that only one of both guides has."""
    named = title(line.element) + (f"「{line.name}」" if line.name else "")
    if line.mark in ("only_here", "only_there"):
        sides = (_ASKED, _NOT_ASKED) if line.mark == "only_here" else (_NOT_ASKED, _ASKED)
        yield Change(line.element, named, *sides)
    elif line.fields:
        for name, _, here, there in line.fields:
            said = words(name, here) or _UNSAID, words(name, there) or _UNSAID
            yield Change(f"{line.element}.{name}", f"{named}的{title(line.element, name)}", *said)
    elif line.mark == "differs" or (line.here is None) != (line.there is None):
        said = words(line.element, line.here) or _UNSAID, words(line.element, line.there) or _UNSAID
        yield Change(line.element, named, *said)
