"""The house style, as far as it can be counted."""

import ast
import re

import pytest

from gateway.logs import EVENTS
from tests.shape.sources import calls, defined, functions, name, nodes, production, suite, tree, words

BANNED = frozenset(
    ["manager", "handler", "processor", "helper", "util", "utils", "common", "data", "info", "do", "my"]
)
MOST_LINES, MOST_LINES_OF_A_FUNCTION = 300, 60
MOCKS = frozenset({"mock", "pytest_mock", "aioresponses", "responses", "requests_mock", "freezegun"})
ALLOWED = frozenset({"DataKey"})  # the term of envelope encryption: a data key under a wrapping key
EVENT = re.compile(r"[a-z]+\.(?:[a-z_]+|\*)")
LOG_METHODS = frozenset({"debug", "info", "warning", "error", "critical", "exception", "log"})


def written_by_hand():
    """All but the migrations: a migration is a frozen statement of the schema, as long as the schema is."""
    return [path for path in production() if "migrations/versions" not in name(path)]


def found_in(paths, look):
    """`file: what` for everything that `look` finds."""
    return [f"{name(path)}: {each}" for path in paths for each in look(path)]


def test_no_file_is_longer_than_can_be_read_at_once():
    long = [f"{name(path)}: {count}" for path in written_by_hand() if (count := lines_of(path)) > MOST_LINES]
    assert long == []


def lines_of(path):
    return len(path.read_text("utf-8").splitlines())


def test_no_function_is_longer_than_a_screen():
    def long(path):
        spans = {node.name: (node.end_lineno or 0) - node.lineno + 1 for node in functions(path)}
        return [f"{each} {span}" for each, span in spans.items() if span > MOST_LINES_OF_A_FUNCTION]

    assert found_in(written_by_hand(), long) == []


def test_no_name_says_nothing():
    def banned(path):
        return sorted(
            {each for each in defined(path) if each not in ALLOWED and BANNED.intersection(words(each))}
        )

    assert found_in(production(), banned) == []


def test_production_code_neither_asserts_nor_prints():
    def careless(path):
        asserts = [f"line {node.lineno}" for node in nodes(path) if isinstance(node, ast.Assert)]
        prints = [
            f"line {c.lineno}" for c in calls(path) if isinstance(c.func, ast.Name) and c.func.id == "print"
        ]
        return asserts + prints

    assert found_in(production(), careless) == []


def test_nothing_is_left_for_later():
    left = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    own = [path for path in suite() if path.name != "test_code.py"]
    assert found_in([*production(), *own], lambda path: left.findall(path.read_text("utf-8"))) == []


def test_no_test_mocks_anything():
    def mocked(path):
        for node in nodes(path):
            match node:
                case ast.Import(names=names):
                    imported = {part for each in names for part in each.name.split(".")}
                case ast.ImportFrom(module=module, names=names):
                    imported = {*(module or "").split("."), *(each.name for each in names)}
                case ast.Attribute(attr="setattr", value=ast.Name(id="monkeypatch")):
                    imported = {"mock"}
                case _:
                    continue
            if imported & MOCKS:
                yield f"line {node.lineno}"

    assert found_in(suite(), mocked) == []


def test_no_test_is_skipped_without_saying_why():
    """A skip is a sentence about this machine, never a way to be green."""

    def silent(path):
        for call in calls(path):
            match call.func:
                case ast.Attribute(attr="skip" | "skipif" | "xfail" as how):
                    if not any(each.arg == "reason" for each in call.keywords) and not call.args:
                        yield f"line {call.lineno}: {how}"

    assert found_in(suite(), silent) == []


def test_there_is_one_way_through():
    """An adapter is sent to in one place, and a history judged in one place."""
    sends, judges = [], []
    for path in production():
        for call in calls(path):
            match call.func:
                case ast.Attribute(attr="send", value=ast.Attribute(attr="adapter") | ast.Name(id="adapter")):
                    sends.append(name(path))
                case ast.Name(id="judge"):
                    judges.append(name(path))
    assert sends == ["gateway/exchange/story.py"]
    assert judges == ["gateway/exchange/commits.py"]


def logged(path):
    """First argument of every log call: a text, or the beginning of one that is put together."""
    for call in calls(path):
        match call:
            case ast.Call(func=ast.Attribute(attr=attr), args=[first, *_]) if attr in LOG_METHODS:
                yield from (text for text in texts(first) if EVENT.fullmatch(text))


def texts(node):
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=[ast.Constant(value=str(beginning)), *_]):
            yield beginning + "*"
        case ast.IfExp(body=body, orelse=other):
            yield from (*texts(body), *texts(other))


def test_log_events_come_from_a_closed_list():
    said = {event for path in production() for event in logged(path)}
    assert {event for event in said if not event.endswith("*")} <= EVENTS
    assert {event for event in said if event.endswith("*")} <= {"exchange.*"}


def test_every_log_event_is_logged_somewhere():
    said = {event for path in production() for event in logged(path)}
    silent = {event for event in EVENTS if event not in said and not event.startswith("exchange.")}
    assert silent == set()


@pytest.mark.parametrize("package", ["gateway", "adapters", "mappings", "audit"])
def test_every_package_says_what_it_is_for(package):
    undocumented = [
        name(path) for path in production()
        if name(path).startswith(package) and lines_of(path) and not ast.get_docstring(tree(path))
    ]  # fmt: skip
    assert undocumented == []
