"""What a declaration of a front must not say: calls of what is not declared, answers that never come."""

import re
from collections.abc import Iterator, Mapping

from adapters.classify import Answers, ProbeAnswers, Seen
from adapters.declared import Operation, Platform, Predicate
from adapters.fronts import Database, Folder, Table
from adapters.notation import file_call, table_call

Told = tuple[tuple[str | int, ...], str, str]  # where, what is wrong, what to write
At = tuple[str | int, ...]

OUTCOMES: Mapping[str, tuple[str, ...]] = {
    "INSERT": ("written", "there", "conflict", "rejected"),
    "SELECT": ("found", "several", "absent", "rejected"),
    "LIST": ("listed", "rejected"),
    "PUT": ("written", "there", "conflict", "rejected"),
    "GET": ("answered", "taken", "waiting", "absent", "rejected"),
}
_VERBS = {"table": ("INSERT", "SELECT"), "folder": ("PUT", "GET")}
_LIST = "case.list"
_VERDICTS = ("taken", "already", "refused", "later", "barred")
_SURELY_NOT = ("refused", "later", "barred")
_FIELD = re.compile(r"\{[^{}]+\}")
# a star next to what a number may hold would find other numbers
_STAR_BESIDE = re.compile(r"[^_.]\*|\*[^_.]")


def front_contradictions(platform: Platform) -> Iterator[Told]:
    """Everything that is wrong about a platform that speaks by tables or files; nothing about others."""
    for key, speaks in (("database", "table"), ("folder", "folder")):
        declared = getattr(platform, key)
        write = f"write both or neither: speaks: {speaks}, {key}: …"
        if declared is None and platform.speaks == speaks:
            yield ("speaks",), f"speaks: {speaks} needs {key}:", write
            return
        if declared is not None and platform.speaks != speaks:
            yield (key,), f"only speaks: {speaks} has {key}:", write
            return
    if platform.speaks not in _VERBS:
        return
    if platform.auth != "none":
        yield ("auth",), "nothing is signed on this way", "remove it; the password stands in conf/platforms/"
    if platform.database:
        yield from _database(platform.database)
    if platform.folder:
        yield from _folder(platform.folder)
    for name, operation in platform.operations.items():
        yield from _operation(platform, name, operation, ("operations", name))


def _operation(platform: Platform, name: str, operation: Operation, at: At) -> Iterator[Told]:
    write, read = _VERBS[platform.speaks]
    call = table_call(operation.call) if platform.database else file_call(operation.call)
    if call is None:
        example = f"{write} TABLE, TABLE" if platform.database else f"{write} NAME_{{number}}.xml"
        yield (*at, "call"), "no call of this kind of platform", f"write {example}"
        return
    wanted = "LIST" if name == _LIST else read if operation.is_read(name) else write
    if call[0] != wanted:
        yield (*at, "call"), f"{call[0]} does not fit the operation", f"write {wanted} …, or the right kind:"
        return
    yield from _outcomes(operation, wanted, at)
    yield from _probe(platform, operation, at)
    if platform.database:
        yield from _tables(platform.database, operation, table_call(operation.call), at)
    if platform.folder:
        yield from _names(platform.folder, operation, file_call(operation.call), at)


def _outcomes(operation: Operation, verb: str, at: At) -> Iterator[Told]:
    """Every answer that surely comes one day has a verdict; no description waits for one that never comes."""
    for verdict in _VERDICTS:
        predicate: Predicate | None = getattr(operation, verdict)
        if predicate is None:
            continue
        named = predicate.body.get("outcome", ())
        for each in (each for each in named if "*" not in each and each not in OUTCOMES[verb]):
            yield (
                (*at, verdict, "body", "outcome"), f"no outcome '{each}' of {verb}",
                f"write one of {', '.join(OUTCOMES[verb])}",
            )  # fmt: skip
        if not named:
            yield (
                (*at, verdict, "body"),
                "names no outcome",
                f"write outcome: {OUTCOMES[verb][0]}, or another",
            )
    answers = Answers(operation)
    if verb in ("INSERT", "PUT"):
        yield from _truths(answers, at)
    for code in ("42501", "23502", "EACCES"):
        if answers.judge(Seen(200, {"outcome": "rejected", "error": code})).verdict not in _SURELY_NOT:
            what = f"what their side rejects with {code} is neither refused nor later nor barred"
            yield at, what, "write barred: {body: {outcome: rejected}, code: error}"
            return


def _truths(answers: Answers, at: At) -> Iterator[Told]:
    """Of a write: what lies there is never told as not taken, what does not never as taken."""
    said = {each: answers.judge(Seen(200, {"outcome": each, "row": {}})) for each in OUTCOMES["PUT"]}
    for outcome, reply in said.items():
        if reply.cause == "ambiguous_answer":
            yield at, f"two descriptions fit '{outcome}'", "write it into one of them"
    if said["written"].verdict != "taken":
        yield (*at, "taken"), "what was written is not taken", "write body: {outcome: written}, no reference"
    if said["there"].verdict in _SURELY_NOT:
        what = "what is there is told as not taken"
        yield (*at, said["there"].verdict), what, "write already: {body: {outcome: there}}"
    if said["conflict"].verdict in ("taken", "already"):
        what = "what is there is something else"
        yield (
            (*at, said["conflict"].verdict),
            what,
            "write refused: {body: {outcome: conflict}, code: outcome}",
        )


def _probe(platform: Platform, operation: Operation, at: At) -> Iterator[Told]:
    """What a probe believes is what the answer says."""
    asked = platform.operations.get(operation.probe.ask) if operation.probe else None
    if operation.probe is None or asked is None:
        return
    answers = ProbeAnswers(operation.probe, asked)
    for outcome in OUTCOMES[_VERBS[platform.speaks][1]]:
        verdict = answers.judge(Seen(200, {"outcome": outcome})).verdict
        if verdict == "landed" and outcome in ("absent", "rejected"):
            yield (*at, "probe", "landed"), f"'{outcome}' does not show that it landed", "leave it out"
        if verdict == "absent" and outcome != "absent":
            yield (
                (*at, "probe", "absent"),
                f"'{outcome}' does not show that it is absent",
                "write outcome: absent",
            )


# ---- tables --------------------------------------------------------------------------------------------------


def _database(database: Database) -> Iterator[Told]:
    for name, table in database.tables.items():
        at = ("database", "tables", name)
        key = table.columns.get(table.key)
        if key is None or key.type not in ("text", "char"):
            yield (*at, "key"), f"'{table.key}' is no text column", _one_of(table)
        if table.order is not None and table.order not in table.columns:
            yield (*at, "order"), f"no column '{table.order}'", _one_of(table)
        for each, column in table.columns.items():
            texts = column.type in ("text", "char")
            if not texts and (column.length or column.bytes or column.values):
                yield (
                    (*at, "columns", each),
                    f"{column.type} is no text: it has no length and no codes",
                    "remove them",
                )


def _tables(
    database: Database, operation: Operation, call: tuple[str, tuple[str, ...]] | None, at: At
) -> Iterator[Told]:
    if call is None:
        return
    unknown = [name for name in call[1] if name not in database.tables]
    for name in unknown:
        yield (*at, "call"), f"no table '{name}' is declared", f"write one of {', '.join(database.tables)}"
    if unknown or any(table.key not in table.columns for table in database.tables.values()):
        return  # told already
    if call[0] == "LIST":
        yield from _day(call[1][0], database.tables[call[1][0]])
    for name in call[1] if call[0] == "INSERT" else ():
        table = database.tables[name]
        if table.columns[table.key].by != "us":
            where = ("database", "tables", name, "key")
            yield (
                where,
                f"'{table.key}' is theirs to write, and we insert rows",
                "write by: us, or another key",
            )
    main = call[1][0]
    number = f"{main}.{database.tables[main].key}"
    if call[0] != "LIST" and operation.repeatable and operation.repeatable.by != number:
        yield (*at, "repeatable", "by"), "rows are known by their key only", f"write by: {number}"
    for verdict in _VERDICTS:
        predicate: Predicate | None = getattr(operation, verdict)
        for path in _paths(predicate) if predicate else ():
            yield from _path(database, call, path, (*at, verdict))
        for path, wanted in predicate.body.items() if predicate else ():
            yield from _codes(database, call, (path, wanted), (*at, verdict, "body", path))


def _day(name: str, table: Table) -> Iterator[Told]:
    """Rows of a day are found by a column that says when."""
    column = table.columns.get(table.day or "")
    if column is None or column.type not in ("date", "timestamp", "text", "char"):
        at = ("database", "tables", name, "day")
        yield at, "no column says on which day a row was written", _one_of(table)


def _paths(predicate: Predicate) -> Iterator[str]:
    yield from predicate.body
    yield from filter(None, (predicate.reference, predicate.code, predicate.reason))


def _column_of(call: tuple[str, tuple[str, ...]], path: str) -> tuple[str, str] | None:
    """(table, column) that a path into an answer leads to; None for what the transport itself says."""
    head, *rest = path.split(".")
    if call[0] == "INSERT":
        return (call[1][0], rest[-1]) if head == "row" and rest else None
    return (head, rest[-1]) if head in call[1] and rest else None


def _path(database: Database, call: tuple[str, tuple[str, ...]], path: str, at: At) -> Iterator[Told]:
    found = _column_of(call, path)
    if found is None and path not in ("outcome", "error", "table", "rows", "total"):
        where = f"row.{database.tables[call[1][0]].key}" if call[0] == "INSERT" else f"{call[1][0]}.COLUMN"
        yield at, f"no answer holds '{path}'", f"write outcome, error, or {where}"
    elif found is not None and found[1] not in database.tables[found[0]].columns:
        yield at, f"'{path}': no column '{found[1]}'", _one_of(database.tables[found[0]])


def _codes(
    database: Database, call: tuple[str, tuple[str, ...]], check: tuple[str, tuple[str, ...]], at: At
) -> Iterator[Told]:
    found = _column_of(call, check[0])
    column = database.tables[found[0]].columns.get(found[1]) if found else None
    if column is None or column.values is None:
        return
    for each in check[1]:
        if "*" not in each and each not in column.values:
            yield at, f"the column never holds '{each}'", f"write one of {', '.join(column.values)}"


def _one_of(table: Table) -> str:
    return f"write one of {', '.join(table.columns)}"


# ---- files ---------------------------------------------------------------------------------------------------


def _folder(folder: Folder) -> Iterator[Told]:
    if (folder.format == "xml") != (folder.root is not None):
        yield (
            ("folder", "root"),
            "XML has a root element, JSON has none",
            "write root: NAME with format: xml only",
        )
    if folder.digest and folder.digest.suffix == folder.marker:
        yield ("folder", "marker"), "marker and digest have one name", "write another suffix"
    beside = _FIELD.findall(folder.beside or "")
    if folder.beside and ("{n}" not in beside or len(beside) < 2 or "*" in folder.beside):
        yield ("folder", "beside"), "not one name for each material", "write our number and {n} into it"
    if folder.answers_marked and folder.marker is None:
        yield ("folder", "answers_marked"), "no marker is declared", "write marker: .ok, or what they use"


def _names(folder: Folder, operation: Operation, call: tuple[str, str] | None, at: At) -> Iterator[Told]:
    if call is None:
        return
    verb, rule = call
    fields = [each[1:-1] for each in _FIELD.findall(rule)]
    bare = _FIELD.sub("x", rule)
    if not fields:
        yield (*at, "call"), "a name without our number is the same for every case", "write {FIELD} into it"
    if bare.startswith(".") or re.search(r"[{}?\[\]]", bare):
        yield (*at, "call"), "no name of a file", "write letters, digits, - _ . and {FIELD}"
    if verb in ("PUT", "LIST") and "*" in bare:
        yield (*at, "call"), "what is put has one name", "write it without *"
    if verb == "LIST" and folder.taken is None:
        what = "a list would lack what was taken away"
        yield ("folder",), what, "write taken: the folder where they keep it, or leave case.list out"
    if verb == "GET" and _STAR_BESIDE.search(bare):
        yield (*at, "call"), "a star beside a field finds other numbers, too", "write _ or . between them"
    if verb == "GET" and folder.answers is None:
        yield ("folder",), "no folder of answers", "write answers: NAME"
    if verb != "LIST" and operation.repeatable and operation.repeatable.by not in fields:
        yield (
            (*at, "repeatable", "by"),
            "files are known by their names only",
            f"write by: {', '.join(fields)}",
        )
    absent = operation.probe.absent if operation.probe else None
    if folder.taken is None and (operation.repeatable or (absent and not absent.because)):
        what = "once a file is taken away, nothing shows that it was there"
        yield (
            ("folder",),
            what,
            "write taken: the folder where they keep it, or leave repeatable and absent out",
        )
