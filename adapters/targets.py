"""What a mapping writes, held against the columns that are declared."""

from collections.abc import Iterator, Mapping

from adapters.declared import Platform
from adapters.fronts import Table
from adapters.notation import table_call

PAGE = "page"  # of a list


def unfit_targets(
    platform: Platform, operation: str, targets: Mapping[str, bool]
) -> Iterator[tuple[str, str, str]]:
    """What a mapping's targets have to do with the declared columns: (target or "", what is wrong, what to write).

    targets: dotted paths without list positions -> whether the value is always there.
    """
    call = table_call(platform.operations[operation].call)
    if platform.database is None or call is None or not set(call[1]) <= platform.database.tables.keys():
        return
    if call[0] == "LIST":
        yield from _unfit_question(call[1][0], platform.database.tables[call[1][0]], targets)
        return
    columns = {
        f"{table}.{name}": column
        for table in call[1]
        for name, column in platform.database.tables[table].columns.items()
    }
    known = [name for name, column in columns.items() if column.by != "them"]
    for target in targets:
        if target in columns and columns[target].by == "them":
            yield target, f"'{target}' is theirs to write", "remove it, or declare by: both"
        elif target not in columns:
            yield target, f"no column '{target}' is declared", f"write one of {', '.join(known)}"
    if call[0] != "INSERT":
        return
    for name in known:
        table, _, column = name.partition(".")
        needed = columns[name].required or column == platform.database.tables[table].key
        is_fed = any(target.startswith(f"{table}.") for target in targets)
        if needed and name not in targets and (is_fed or table == call[1][0]):
            yield "", f"the required column '{name}' is not fed", f"write {name}: …"
        elif needed and not targets.get(name, True):
            yield name, f"the required column '{name}' may be left out", "feed it always"


def _unfit_question(name: str, table: Table, targets: Mapping[str, bool]) -> Iterator[tuple[str, str, str]]:
    """A list asks for a day and a page, and for nothing else."""
    day = f"{name}.{table.day}"
    for target in targets:
        if target not in (day, PAGE):
            yield target, f"a list is asked for by '{day}' only", "remove it"
    if not targets.get(day):
        yield "", f"'{day}' is not fed", f"write {day}: day"
