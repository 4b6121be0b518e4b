"""A file of conf/ as its model, or its mistakes as `file:line:col: what: what to write`."""

from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from adapters.declared import Platform
from mappings.problems import Finding, Unreadable, nearest
from mappings.source import Source, read

Model = TypeVar("Model", bound=BaseModel)


def declared(model: type[Model], source: Source) -> Model:
    """Validate a file's tree; raises Unreadable with one finding per mistake, each at its line."""
    try:
        return model.model_validate(source.tree)
    except ValidationError as error:
        raise Unreadable([_finding(model, source, each) for each in _own(error.errors())]) from error


def _own(errors: list[Any]) -> list[Any]:
    """Without those of a list that is only too short because what stands in it is wrong."""
    inside = {each["loc"][:-1] for each in errors}
    return [each for each in errors if each["type"] != "too_short" or each["loc"] not in inside]


def folder(model: type[Model], path: Path, base: Path, findings: list[Finding]) -> list[Model]:
    """Every *.yaml of a folder that could be read; what could not is in `findings`."""
    read_ = [file(model, each, base, findings) for each in sorted(path.glob("*.yaml"))]
    return [each for each in read_ if each is not None]


def file(model: type[Model], path: Path, base: Path, findings: list[Finding]) -> Model | None:
    """One file, told by its place from `base`; None where `findings` has got why not."""
    name = path.relative_to(base).as_posix()
    try:
        return declared(model, read(name, path.read_text(encoding="utf-8")))
    except Unreadable as error:
        findings.extend(error.findings)
    except (OSError, UnicodeDecodeError):
        findings.append(Finding(name, 1, 1, "cannot be read as UTF-8 text", "write this file"))
    return None


def _finding(model: type[BaseModel], source: Source, error: Any) -> Finding:
    loc = error["loc"]
    where = tuple(step for place, step in enumerate(loc) if source.at(loc[: place + 1]) is not None)
    name = next((each for each in reversed(loc) if isinstance(each, str)), "")
    if error["type"] == "extra_forbidden":
        known = _keys_at(model, loc[:-1])
        write = nearest(name, known, f"one of {', '.join(known)}")
        return source.finding(where, f"no key '{name}'", write)
    if error["type"] == "missing":
        at = where[:-1] if source.at(where) is None else where
        return source.finding(at, f"'{name}' is missing", "write it")
    if error["type"] == "too_small":
        return source.finding(where, error["msg"], f"at least {error['ctx']['least']}")
    see = "see docs/platform.md" if model is Platform else "see conf/README.md"
    return source.finding(where, f"'{name}' is not right ({error['msg']})", see)


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _keys_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    current: Any = model
    for step in loc:
        if isinstance(step, str) and isinstance(current, type) and issubclass(current, BaseModel):
            annotation = current.model_fields[step].annotation if step in current.model_fields else None
            current = next((each for each in get_args(annotation) if _is_model(each)), annotation)
    if isinstance(current, type) and issubclass(current, BaseModel):
        return sorted(current.model_fields)
    return []
