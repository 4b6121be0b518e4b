"""tongban mapping: the words of mapping files, what a file makes of a document, what a release would change."""

import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import orjson

from gateway.cli.asking import Stop
from gateway.cli.lazy import Lazy
from gateway.shown import masked
from mappings import bundle
from mappings.mapping import Mapping
from mappings.problems import Finding, Problem, Unmappable, Unreadable, nearest
from mappings.trace import Step
from mappings.words import REGISTER, entry, reference

_STDIN = "-"


_LAZY = {"diff": "gateway.cli.mapping.diff:diff", "sheet": "gateway.cli.mapping.sheet:sheet"}


@click.group(cls=Lazy, lazy=_LAZY)
def mapping() -> None:
    """映射文件。 Mapping files: their words, one of them tried on a document, and what a change of them does."""


@mapping.command("words")
@click.argument("name", required=False)
def words(name: str | None) -> int:
    """打印映射函数手册（Markdown）。 Print the reference of all words, or one of them, as docs/words.md has it."""
    if name is None:
        click.echo(reference(), nl=False)
        return 0
    if name not in REGISTER:
        raise Stop(
            f"没有函数 '{name}' / no word '{name}': {nearest(name, REGISTER, 'see tongban mapping words')}"
        )
    click.echo(entry(name), nl=False)
    return 0


@mapping.command("run")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--given", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True),
    help="输入文档 JSON，- 为标准输入 / the document to map as JSON; - reads it from stdin",
)  # fmt: skip
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]),
    help="收件日期，按此日取代码表 / the day of receipt, for dated code tables of an answer or a call in",
)  # fmt: skip
@click.option("--trace", is_flag=True, help="逐值溯源 / where each value comes from, instead of the document")
@click.option("--values", is_flag=True, help="溯源时显示值 / show the values of the trace; masked without it")
@click.option("--json", "as_json", is_flag=True, help="机器可读 / one JSON object a line")
def run(file: Path, given: Path, *, as_of: datetime | None, trace: bool, values: bool, as_json: bool) -> int:
    """在文档上试运行一个映射文件。 Try a mapping file, with the tables and files beside it, on a document.

    Prints the target document, or every problem (1), or what is wrong with the file (1). Nothing is sent or kept.
    """
    document = _document(given)
    try:
        tried = _compiled(file)
        if as_of is not None:
            tried = tried.as_of(as_of.date().isoformat())
        target = tried(document)
    except Unreadable as error:
        _print(_finding(each, as_json) for each in error.findings)
        return 1
    except Unmappable as error:
        _print(_problem(each, as_json) for each in error.problems)
        return 1
    if trace:
        _print(_step(step, value, values, as_json) for step, value in tried.steps(document))
    else:
        click.echo(orjson.dumps(target, option=0 if as_json else orjson.OPT_INDENT_2).decode())
    return 0


def _compiled(file: Path) -> Mapping:
    """The mapping of this file, as a release with its folder would have it. Raises Unreadable."""
    if file.suffix != ".yaml" or file.stem.startswith("_") or file.name == "platform.yaml":
        raise Stop(f"{file}: 不是映射文件 / no mapping file: name one such as case.submit.yaml")
    folder = file.resolve().parent
    mappings, _, findings = bundle.compile_platform(folder.name, bundle.beside(folder))
    found = mappings.get(file.stem)
    wrong = [each for each in findings if _concerns(each, f"{folder.name}/{file.stem}", found)]
    if wrong or found is None:
        raise Unreadable(wrong or findings)
    return found


def _concerns(finding: Finding, name: str, mapping: Mapping | None) -> bool:
    """Whether it is about this mapping: its file, its overlays, and what they stand upon or look up."""
    if finding.file == f"{name}.yaml" or finding.file.startswith(f"{name}@"):
        return True
    return mapping is None and ("/tables/" in finding.file or "/_" in finding.file)


def _document(given: Path) -> dict[str, Any]:
    raw = sys.stdin.buffer.read() if str(given) == _STDIN else given.read_bytes()
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        where = f"{given}:{error.lineno}:{error.colno}"
        raise Stop(f"{where}: 不是 JSON / not JSON: {error.msg.partition(':')[0]}") from error
    if not isinstance(document, dict):
        raise Stop(f"{given}: 须是一个 JSON 对象 / must be one JSON object: {{…}}")
    return document


def _print(lines: Iterator[str]) -> None:
    for line in lines:
        click.echo(line)


def _finding(finding: Finding, as_json: bool) -> str:
    names = ("file", "line", "column", "what", "write")
    return (
        orjson.dumps({name: getattr(finding, name) for name in names}).decode() if as_json else str(finding)
    )


def _problem(problem: Problem, as_json: bool) -> str:
    facts = problem.facts
    if as_json:
        known = {name: facts[name] for name in ("file", "line", "source", "word") if name in facts}
        said = {"zh": problem.text("zh"), "en": problem.text("en")}
        return orjson.dumps({"path": problem.path, "code": problem.code, **said, **known}).decode()
    where = f" ← {facts['source']} ← {facts['file']}:{facts['line']}" if "line" in facts else ""
    return f"{problem.path}: {problem.text('zh')} / {problem.text('en')}{where}"


def _step(step: Step, value: Any, shown: bool, as_json: bool) -> str:
    said = value if shown or step.source.startswith("=") else masked(value)
    if as_json:
        names = ("target", "source", "words", "file", "line", "table_row")
        return orjson.dumps({**{name: getattr(step, name) for name in names}, "value": said}).decode()
    parts = [
        f"{step.target} = {said if isinstance(said, str) else orjson.dumps(said).decode()}",
        step.source,
        " | ".join(step.words),
        f"{step.file}:{step.line}",
        step.table_row or "",
    ]
    return " ← ".join(part for part in parts if part)
