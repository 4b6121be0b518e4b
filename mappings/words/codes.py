"""Code tables as words. A code without a row is refused; there is no default."""

from collections.abc import Callable

from mappings.tables import Table, compile_table
from mappings.words.registry import BadArgument, Example, word

_SEX = compile_table("sex.yaml", 'table: sex\nrows: [{ours: "1", theirs: M}, {ours: "2", theirs: F}]\n')


@word(Example("1", (_SEX,), expect="M"), Example("9", (_SEX,), refuse="not_in_table"), inverse="table_back")
def table(name: Table) -> Callable[[str], str]:
    """Our code becomes theirs by `tables/NAME.yaml`; dated rows are read as of `received_at`."""
    return name.forward()


@word(Example("F", (_SEX,), expect="2"), Example("X", (_SEX,), refuse="not_in_table"), inverse="table")
def table_back(name: Table) -> Callable[[str], str]:
    """Their code becomes ours by `tables/NAME.yaml`."""
    return name.backward()


@word(
    Example("1^2", (_SEX, "^"), expect="M^F"),
    Example("1", (_SEX, "^"), expect="M"),
    Example("1^9", (_SEX, "^"), refuse="not_in_table"),
    inverse="table_each_back",
)
def table_each(name: Table, separator: str) -> Callable[[str], str]:
    """Each of our codes between `separator` becomes theirs by `tables/NAME.yaml`."""
    return _each(name.forward(), separator, "table_each")


@word(
    Example("M^F", (_SEX, "^"), expect="1^2"),
    Example("M^X", (_SEX, "^"), refuse="not_in_table"),
    inverse="table_each",
)
def table_each_back(name: Table, separator: str) -> Callable[[str], str]:
    """Each of their codes between `separator` becomes ours by `tables/NAME.yaml`."""
    return _each(name.backward(), separator, "table_each_back")


def _each(lookup: Callable[..., str], separator: str, word_name: str) -> Callable[[str], str]:
    if not separator:
        raise BadArgument(f"'separator' of '{word_name}' is empty", f'write {word_name}("NAME", "^")')

    def mapped(value: str, *received_at: str | None) -> str:
        return separator.join(lookup(code, *received_at) for code in value.split(separator))

    return mapped
