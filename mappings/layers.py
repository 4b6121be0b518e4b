"""One mapping file upon another: the fields of the lower file first, the upper one's laid over them by target path.

Every part keeps the file and line in which it was written, so findings, problems and traces name the right one.
A block of `fields` alone is laid over the block below it; everything else replaces what stood at its target.
"""

import copy
from collections.abc import Mapping as Files
from dataclasses import replace
from typing import Any

from mappings.heads import head_findings, kind_of
from mappings.problems import Unreadable, nearest
from mappings.sections import joined
from mappings.source import Mark, Path, Source, read

_MOST_STEPS = 2
_FIELDS = ("fields",)


def stack(own: Source, folder: Files[str, str]) -> list[Source]:
    """The file and what it stands on, itself first. Raises Unreadable."""
    below = _name_below(own)
    if below is None:
        return [own]
    path = () if kind_of(_stem(own)) == "overlay" else ("extends",)
    found = [own, *_below(own, path, below, folder)]
    steps = sum(kind_of(_stem(one)) != "overlay" for one in found) - 1
    if steps > _MOST_STEPS:
        chain = " -> ".join(map(_stem, found))
        raise Unreadable([own.finding(path, f"a chain of more than {_MOST_STEPS} ({chain})", "shorten it")])
    return found


def laid(sources: list[Source]) -> Source:
    """All layers as one source, with the name, the items and the examples of the uppermost."""
    own, *below = sources
    if not below:
        return own
    merged = _Merged(below[-1])
    for source in [*reversed(below[:-1]), own]:
        merged.lay(source)
    head = below[0] if kind_of(_stem(own)) == "overlay" else own
    names = {
        key: head.tree[key] for key in ("from", "to") if isinstance(head.tree, dict) and key in head.tree
    }
    tree: Any = {**names, **(own.tree if isinstance(own.tree, dict) else {}), "fields": merged.fields}
    marks = {path: mark for path, mark in own.marks.items() if path[:1] != _FIELDS or path == _FIELDS}
    return Source(own.file, tree, {**marks, **merged.marks})


def _name_below(source: Source) -> str | None:
    stem = _stem(source)
    if kind_of(stem) == "overlay":
        return stem.partition("@")[0]
    name = source.at(("extends",))
    return None if name is None else str(name)


def _below(own: Source, path: Path, name: str, folder: Files[str, str]) -> list[Source]:
    """What `name`, written at `path` of `own`, stands for, with what that stands on."""
    platform, seen, found, here = own.file.rpartition("/")[0], [_stem(own)], [], own
    below: str | None = name
    while below is not None:
        if below in seen:
            raise Unreadable([own.finding(path, f"'{below}' stands upon itself", "leave one 'extends' out")])
        text = folder.get(f"{below}.yaml")
        if text is None or kind_of(below) == "overlay":
            known = [each.removesuffix(".yaml") for each in folder if _is_base(each)]
            write = nearest(below, known, f"write {below}.yaml")
            raise Unreadable([here.finding(path, f"no mapping '{below}' to stand upon", write)])
        here, path = read(f"{platform}/{below}.yaml", text), ("extends",)
        findings = list(head_findings(here))
        if findings:
            raise Unreadable(findings)
        here = joined(here)
        seen.append(below)
        found.append(here)
        below = _name_below(here)
    return found


def _is_base(name: str) -> bool:
    return "/" not in name and name.endswith(".yaml") and "@" not in name and name != "platform.yaml"


def _stem(source: Source) -> str:
    return source.file.rpartition("/")[2].removesuffix(".yaml")


class _Merged:
    """Fields of several files in one tree; `marks` say where each part of it was written."""

    def __init__(self, base: Source) -> None:
        self.fields: dict[str, Any] = {}
        self.marks: dict[Path, Mark] = {}
        self.lay(base)

    def lay(self, source: Source) -> None:
        fields = source.at(_FIELDS)
        for key, value in fields.items() if isinstance(fields, dict) else ():
            self._put(self.fields, _FIELDS, key, value, (source, (*_FIELDS, key)))

    def _put(
        self, fields: dict[str, Any], place: Path, key: str, value: Any, origin: tuple[Source, Path]
    ) -> None:
        """Lay `value`, written at `origin`, over the target `key` of these fields, which stand at `place`."""
        holder = next((one for one in fields if f"{key}.".startswith(f"{one}.")), None)
        inside = fields[holder]["fields"] if holder and _is_open(fields[holder]) else None
        if holder and holder != key and inside is not None:
            self._put(inside, (*place, holder, "fields"), key[len(holder) + 1 :], value, origin)
        elif _is_plain(value) and (inside is not None or any(one.startswith(f"{key}.") for one in fields)):
            source, path = origin
            for name, each in value["fields"].items():
                below = (source, (*path, "fields", name))
                if inside is not None:
                    self._put(inside, (*place, str(holder), "fields"), name, each, below)
                else:
                    self._put(fields, place, f"{key}.{name}", each, below)
        else:
            self._replace(fields, place, key, value, origin)

    def _replace(
        self, fields: dict[str, Any], place: Path, key: str, value: Any, origin: tuple[Source, Path]
    ) -> None:
        overridden = [
            one for one in fields if f"{one}.".startswith(f"{key}.") or f"{key}.".startswith(f"{one}.")
        ]
        for one in overridden:
            if one != key:
                del fields[one]
            self._forget((*place, one))
        fields[key] = copy.deepcopy(value)
        source, path = origin
        for at, mark in source.marks.items():
            if at[: len(path)] == path:
                self.marks[(*place, key, *at[len(path) :])] = replace(mark, file=mark.file or source.file)

    def _forget(self, place: Path) -> None:
        for at in [at for at in self.marks if at[: len(place)] == place]:
            del self.marks[at]


def _is_open(value: Any) -> bool:
    """A block into whose fields others may be laid."""
    return isinstance(value, dict) and isinstance(value.get("fields"), dict)


def _is_plain(value: Any) -> bool:
    return _is_open(value) and list(value) == ["fields"]
