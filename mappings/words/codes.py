"""Code tables as words. A code without a row is refused; there is no default."""

from collections.abc import Callable

from mappings.tables import Table, compile_table
from mappings.words.registry import Example, word

_SEX = compile_table("sex.yaml", 'table: sex\nrows: [{ours: "1", theirs: M}, {ours: "2", theirs: F}]\n')


@word(Example("1", (_SEX,), expect="M"), Example("9", (_SEX,), refuse="not_in_table"), inverse="table_back")
def table(name: Table) -> Callable[[str], str]:
    """Our code becomes theirs by `tables/NAME.yaml`; dated rows are read as of `received_at`."""
    return name.forward()


@word(Example("F", (_SEX,), expect="2"), Example("X", (_SEX,), refuse="not_in_table"), inverse="table")
def table_back(name: Table) -> Callable[[str], str]:
    """Their code becomes ours by `tables/NAME.yaml`."""
    return name.backward()
