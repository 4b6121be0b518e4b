"""Where a contract leaves a type to choose, a mapping names a concrete one in `@xsi:type` and is held to it."""

from dataclasses import replace

from adapters.contract import Part
from adapters.contract.kinds import TYPE
from gateway.workbench.targets import Target
from gateway.workbench.texts import texts

_SHOWN = 12
Wrong = tuple[Target, str, str]  # where, what is wrong, what to write


def concrete(target: Target, part: Part, above: str) -> tuple[Target, Part, list[Wrong]]:
    """What is written besides the type's name, what it is held against, and what is wrong with the name.

    A name that only a document decides is held against nothing but the list of names.
    """
    given = target.below.get(TYPE)
    where = f"'{above}'" if above else "the message"
    if given is None:
        told = [(target, f"{where} is abstract there: only a concrete type can be written", _write(part))]
        return target, part, told if part.abstract else []
    rest = replace(target, below={name: each for name, each in target.below.items() if name != TYPE})
    names = texts(given.field, given.source).among if given.field is not None else None
    if names is None:
        told = [(given, f"the type of {where} may be anything", f"write {_write(part)}, or | table")]
        return rest, _whatever(part), told
    found = {name: part.chosen(name) for name in sorted(names)}
    told = [
        (given, f"no type '{name}' may stand for {where} there", _write(part))
        for name, each in found.items()
        if each is None
    ]
    single = next(iter(found.values())) if len(found) == 1 else None
    return rest, single or _whatever(part), told


def _whatever(part: Part) -> Part:
    return replace(part, parts=(), open=True)


def _write(part: Part) -> str:
    shown = ", ".join(part.types[:_SHOWN]) + (" …" if len(part.types) > _SHOWN else "")
    return f'"{TYPE}": ="…", one of {shown}' if shown else "leave it out"
