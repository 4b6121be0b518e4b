"""What an import says: refused and odd rows, columns that feed nothing, what would change."""

import tempfile
from collections import Counter
from pathlib import Path

import click

from gateway.items.lists.layout import Layouts
from gateway.items.lists.line import Listed
from gateway.items.lists.preview import KINDS, Preview, Told
from gateway.items.lists.refused import RefusedRows
from gateway.items.problems import Problem

MOST_ODD = 5  # of one kind; the rest is counted
_WORDS = {"added": "新增", "changed": "变更", "cancelled": "取消", "devolved": "下放"}
_COUNTED = {
    "added": "新增",
    "changed": "变更",
    "unchanged": "未变",
    "cancelled": "取消",
    "devolved": "下放",
    "bad": "有误",
}


class ToldRows:
    """Keeps what is told on disk while a bar is shown; every refused row, and odd ones by kind."""

    def __init__(self, file: Path, bad: Path | None) -> None:
        self._file = file
        self._odd: Counter[str] = Counter()
        self._left: dict[str, Problem] = {}
        self._refused = RefusedRows(bad) if bad else None
        self._said = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - gone with the process

    def close(self) -> None:
        """The file of refused rows is whole once this returns."""
        if self._refused is not None:
            self._refused.close()

    def __call__(self, told: Told) -> None:
        if self._refused is not None:
            self._refused(told)
        for problem in told.problems:
            if told.is_odd:
                self._odd[problem.code] += 1
                if self._odd[problem.code] > MOST_ODD:
                    continue
            text = f"{problem.path}: {problem.text('zh')} / {problem.text('en')}"
            self._said.write(f"{self._file}:{told.place}: {text}\n".replace("\r", " "))

    def show(self) -> None:
        """Everything on stdout, a line each, in the order of the file."""
        self._said.seek(0)
        for line in self._said:
            click.echo(line, nl=False)
        for code, count in self._odd.items():
            if count > MOST_ODD:
                click.echo(f"{code}: 共 {count} 行，保留 / {count} rows in all, kept", err=True)


def show_columns(layouts: Layouts, listed: Listed) -> None:
    """How the file was read, on stderr."""
    how = " ".join(each for each in (listed.kind, listed.charset) if each)
    click.echo(f"文件 / file: {how}", err=True)
    if listed.doubtful:
        click.echo(
            f"也可能是 {listed.doubtful}；请核对，必要时用 --charset / it may be {listed.doubtful} as well: look at"
            " the names, and say --charset if they are wrong", err=True,
        )  # fmt: skip
    if unknown := layouts.unknown:
        names = "、".join(unknown)
        click.echo(f"未知栏目，未保存：{names} / columns that nobody knows, not kept", err=True)
    if elsewhere := layouts.elsewhere:
        names = "、".join(elsewhere)
        click.echo(f"属于办事指南的栏目，此处不保存：{names} / columns of guides, not kept here", err=True)


def show(found: Preview) -> None:
    """What would change: some of each kind on stdout, the counts on stderr."""
    for kind in KINDS:
        for change in found.shown[kind]:
            what = f" ({change.what})" if change.what else ""
            click.echo(f"{_WORDS[kind]} {kind}: {change.division} {change.code} {change.name}{what}")
        left = found.counts[kind] - len(found.shown[kind])
        if left > 0:
            click.echo(f"{_WORDS[kind]} {kind}: … {left}")
    for change, code in found.perhaps:
        click.echo(
            f"疑似下放 looks devolved: {change.division} {change.code} {change.name} → {code}；仍在用，"
            "未改动 / still in use, left as it is: --complete, or a row that ends it"
        )
    if found.withheld:
        click.echo(
            "有误的行未写编码，因此不取消任何事项 / a refused row names no item, so nothing is cancelled",
            err=True,
        )
    click.echo(_summary(found), err=True)


def _summary(found: Preview) -> str:
    counts = {**found.counts, "bad": found.refused}
    chinese = "，".join(f"{word} {counts[kind]}" for kind, word in _COUNTED.items())
    return f"{chinese} / {', '.join(f'{counts[kind]} {kind}' for kind in _COUNTED)}"
