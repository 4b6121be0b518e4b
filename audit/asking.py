"""The commands of the auditor's questions: `report` answers them, `sample` says which cases to look at."""

import argparse
import csv
import json
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from itertools import chain

from audit.arguments import (
    FINDINGS,
    SOUND,
    FileRejected,
    add_command,
    add_keys,
    add_log,
    open_named,
    read,
    read_keys,
)
from audit.completeness import china_day
from audit.order import START
from audit.reading import Reading, newest
from audit.records import Record
from audit.report import ProgressBar, finding_json, say, show, show_json
from audit.reports import QUESTIONS, Found, Question, Terms, ask_all
from audit.sampling import NoPlan, Plan, chosen, digest, plan

COLUMNS = ("question", "position", "at", "exchange", "case", "facts", "zh", "en")


def report(options: argparse.Namespace) -> int:
    names = list(QUESTIONS) if options.all else options.name
    if not names:
        return _listed(options)
    unknown = [name for name in names if name not in QUESTIONS]
    if unknown:
        raise FileRejected(f"{', '.join(unknown)}: no such question; there are {', '.join(QUESTIONS)}")
    keys, terms, bar = read_keys(options.key), _terms(options), ProgressBar()
    writer = csv.writer(sys.stdout, lineterminator="\n")
    if options.csv:
        writer.writerow(COLUMNS)
    count = 0
    with closing(open_named(options)) as log:
        _, signed = newest(log, keys)
        reading = Reading(log, signed, bar.draw)
        for question, found in ask_all(names, reading, terms):
            count += 1
            bar.clear()
            row = row_of(question, found)
            if options.csv:
                writer.writerow([_cell(row[name]) for name in COLUMNS])
            elif options.json:
                show_json(row)
            else:
                show([f"{question.name}: entry {found.position}: {row['zh']} / {row['en']}"])
        bar.clear()
        for finding in reading.findings:  # then nothing above holds
            show_json(finding_json(finding)) if options.json else say(str(finding))
    say(f"{log.name}: {signed.size} 条，{count} 项 / {signed.size} entries, {count} answers")
    return FINDINGS if count or reading.findings else SOUND


def sample(options: argparse.Namespace) -> int:
    keys, bar = read_keys(options.key), ProgressBar()
    with closing(open_named(options)) as log:
        _, signed = newest(log, keys)
        reading = Reading(log, signed, bar.draw)
        count = sum(1 for _ in _cases(options, reading))
        made = _planned(options, count)
        again = Reading(log, signed, bar.draw)
        cases = chosen(_cases(options, again), options.seed, made.size)
        bar.clear()
        if findings := [*reading.findings, *again.findings]:
            show([str(each) for each in findings])
            return FINDINGS
    _tell(options, made, cases)
    return SOUND


def row_of(question: Question, found: Found) -> dict[str, object]:
    """One answer as machines take it."""
    chinese, english = question.texts(found)
    facts = dict(found.facts)
    told = {name: facts.pop(name, None) for name in ("at", "exchange", "case")}
    return {
        "question": question.name, "position": found.position, **told, "facts": facts, "zh": chinese, "en": english,
    }  # fmt: skip


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    asked = add_command(commands, "report", report, "审计问题 / answer an auditor's questions")
    asked.add_argument(
        "name", metavar="NAME", nargs="*", help="问题；不写则列出 / a question; none: list them"
    )
    asked.add_argument("--all", action="store_true", help="全部问题 / every question")
    asked.add_argument("--csv", action="store_true", help="逗号分隔 / comma-separated")
    default = Terms()
    for name, text in (
        ("open_days", "交换可未终结的天数 / days for which an exchange may be open"),
        ("attempts", "一个交换可发送的次数 / how often one exchange may be sent"),
        ("readings_a_day", "一人一日可查看的次数 / readings by one person in a day"),
        ("readers", "一个办件可有的查看人数 / persons who may read one case"),
    ):
        option = f"--{name.replace('_', '-')}"
        asked.add_argument(option, type=int, default=getattr(default, name), metavar="N", help=text)
    asked.add_argument("--night", type=_hours, default=default.night, metavar="FROM-TO",
                       help="夜间时段，中国时间 / hours of the night, in China: 22-6")  # fmt: skip
    allowed = "可送字段，每行：平台 操作 字段 / what may go out, in each line: PLATFORM OPERATION FIELD"
    asked.add_argument("--allowed", metavar="FILE", help=allowed)
    drawn = add_command(commands, "sample", sample, "抽样 / which cases to look at, and how many")
    drawn.add_argument("--seed", required=True, help="种子，事后约定 / agreed on after the log was signed")
    drawn.add_argument("--confidence", type=_share, default=Fraction(95, 100), help="置信度 / 0.95")
    drawn.add_argument(
        "--rate", type=_share, default=Fraction(5, 100), help="可容忍差错率 / tolerated rate: 0.05"
    )
    drawn.add_argument(
        "--expected", type=int, default=0, metavar="N", help="预计差错数 / faults that are expected"
    )
    for option, text in (("--from", "首日 / first day"), ("--to", "末日 / last day")):
        drawn.add_argument(
            option, dest=option[2:] + "_day", type=date.fromisoformat, metavar="DAY", help=text
        )
    for command in (asked, drawn):
        add_log(command)
        add_keys(command)


def _listed(options: argparse.Namespace) -> int:
    for each in QUESTIONS.values():
        if options.json:
            show_json({
                name: {"zh": texts[0], "en": texts[1]}
                for name, texts in (("title", each.title), ("shows", each.shows), ("cannot", each.cannot))
            } | {"question": each.name})  # fmt: skip
            continue
        show([
            f"{each.name}: {' / '.join(each.title)}",
            f"  能说明 / shows: {' / '.join(each.shows)}",
            f"  不能说明 / cannot: {' / '.join(each.cannot)}",
        ])  # fmt: skip
    return SOUND


def _terms(options: argparse.Namespace) -> Terms:
    return Terms(
        open_days=options.open_days, attempts=options.attempts, readings_a_day=options.readings_a_day,
        readers=options.readers, night=options.night,
        allowed=_allowed(options.allowed) if options.allowed else None,
    )  # fmt: skip


def _allowed(path: str) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for number, line in enumerate(read(path).splitlines(), 1):
        words = line.split()
        if words and len(words) != 3:
            raise FileRejected(f"{path}:{number}: PLATFORM OPERATION FIELD")
        if words:
            found.setdefault(f"{words[0]} {words[1]}", set()).add(words[2])
    return {route: frozenset(fields) for route, fields in found.items()}


def _cases(options: argparse.Namespace, reading: Reading) -> Iterator[str]:
    """The cases that were submitted on these days, each once: by its first exchange's entry."""
    for _, record in reading:
        case = record.text("case")
        if case is None or record.kind != START or record.text("operation") != "case.submit":
            continue
        if _within(options, record):
            yield case


def _within(options: argparse.Namespace, record: Record) -> bool:
    day = china_day(record.at_ms)
    return (options.from_day or day) <= day <= (options.to_day or day)


def _planned(options: argparse.Namespace, count: int) -> Plan:
    try:
        return plan(count, options.confidence, options.rate, options.expected)
    except NoPlan as error:
        raise FileRejected(str(error)) from error


def _tell(options: argparse.Namespace, made: Plan, cases: list[str]) -> None:
    numbers = {
        "population": made.population, "tolerated": made.tolerated, "expected": made.expected, "size": made.size,
    }  # fmt: skip
    if options.json:
        shares = {"confidence": float(made.confidence), "rate": float(made.rate)}
        show_json({**numbers, **shares, "seed": options.seed, "cases": cases})
        return
    show([f"{case} {digest(options.seed, case).hex()[:16]}" for case in cases])
    words = chain.from_iterable((name, str(value)) for name, value in numbers.items())
    say(f"置信度 / confidence {float(made.confidence)}, 差错率 / rate {float(made.rate)}: {' '.join(words)}")


def _cell(value: object) -> str | int:
    """As a spreadsheet takes it for text: what begins like a formula gets a quote before it."""
    if value is None or isinstance(value, int):
        return "" if value is None else value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)
    return f"'{text}" if text[:1] in {"=", "+", "-", "@", "\t", "\r"} else text


def _share(text: str) -> Fraction:
    try:
        return Fraction(Decimal(text))
    except InvalidOperation:
        raise ValueError(text) from None


def _hours(text: str) -> tuple[int, int]:
    start, _, end = text.partition("-")
    hours = int(start), int(end)
    if not all(0 <= each <= 24 for each in hours):
        raise ValueError(text)
    return hours
