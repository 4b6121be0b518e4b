"""What a campaign did and found, in words: for the terminal, and for docs/reliability.md."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from tests.bench.figures import machine
from tests.faults.campaign.evidence import SUBMIT, Evidence, Row, Violation
from tests.faults.campaign.happened import outcomes
from tests.faults.campaign.run import Campaign
from tests.installation import CHECKOUT

DOCUMENT = CHECKOUT / "docs" / "reliability.md"
BEGIN, END = "<!-- figures: begin (written by `make faults`) -->", "<!-- figures: end -->"
AROUND_MS = 2_000
INJECTED = {
    "kill": "gateway killed (SIGKILL) 强行终止",
    "dies": "gateway dies at a statement or on the wire 在某条语句或收发途中终止",
    "end": "gateway stopped and started again (SIGTERM) 停止并重启",
    "fails": "gateway did not start, tried again 启动失败后再启动",
    "pause": "gateway stands still past its lease (SIGSTOP) 停顿超过租约",
    "jump": "clock of one process jumps by minutes 时钟跳变",
    "full": "no room in the SQLite file 磁盘已满",
    "restart": "PostgreSQL restarted or crashed 数据库重启或崩溃",
    "cut": "PostgreSQL connections ended 数据库连接被切断",
    "down": "platform does not listen 平台停机",
    "away": "front database or share cannot be reached 前置库或共享目录不可用",
    "lock": "front locked, or nobody fetches 前置库被锁或无人取件",
    "sever": "connections to the front ended 前置库连接被切断",
}


def summary(done: Campaign) -> list[str]:
    """One store's run, as Markdown."""
    seen = done.seen
    platforms = Counter(each["step"] for heard in seen.arrivals.values() for each in heard if each["step"])
    kinds = Counter(fault.kind for fault in done.faults)
    tries = sum(errand.tries for errand in done.errands)
    later = [each for errand in done.errands for each in errand.later]
    called = sum(telling.tries for telling in done.tellings)
    return [
        f"### {done.schedule.store}: seed {done.schedule.seed}, {done.schedule.seconds:g} s of load",
        "",
        f"{len(done.schedule.seats)} gateway process(es); {len(done.errands)} cases, asked for {tries} times;"
        f" {len(later)} things came to cases later; {len(done.tellings)} calls in, told {called} times;"
        f" {sum(map(len, seen.arrivals.values()))} requests reached the platforms. Quiet"
        f" {done.quiet_s:.1f} s after the last fault, {done.took_s:.0f} s in all."
        f" **Broken promises: {len(done.found)}.**",
        "",
        *_table("cases by end 办件结果", _ends(seen)),
        *_table("what came to cases later 后续操作", dict(sorted(outcomes(later).items()))),
        *_table("calls in, by their answer 来函", _calls(done)),
        *_table("fault 故障", {INJECTED[kind]: times for kind, times in kinds.most_common()}),
        *_table("what a platform did 平台行为", dict(platforms.most_common())),
    ]


def _calls(done: Campaign) -> dict[str, int]:
    counted = Counter(
        f"{each.platform} {each.operation} {'taken' if each.is_taken else 'refused'}"
        for each in done.tellings
    )
    return dict(sorted(counted.items()))


def _ends(seen: Evidence) -> dict[str, int]:
    counted = Counter((row.platform, row.state) for row in seen.rows if row.operation == SUBMIT)
    return {f"{platform} {state}": times for (platform, state), times in sorted(counted.items())}


def _table(title: str, counts: dict[str, int]) -> list[str]:
    return [
        f"| {title} | times 次数 |",
        "|---|---|",
        *(f"| {what} | {n} |" for what, n in counts.items()),
        "",
    ]


def lines_about(done: Campaign, violation: Violation) -> Iterator[str]:
    """What happened to the exchange, and what went wrong around it."""
    yield f"BROKEN (seed {done.schedule.seed}, {done.schedule.store}): {violation.what} {violation.exchange}"
    row = next((row for row in done.seen.rows if row.id == violation.exchange), None)
    if row is not None:
        yield f"  {row}"
        yield from (f"  {line}" for line in _history(done, row))


def _history(done: Campaign, row: Row) -> Iterator[str]:
    facts = done.seen.histories.get(row.id, [])
    yield from (f"fact     {fact}" for fact in facts)
    heard = done.seen.arrivals[row.platform]
    yield from (f"arrival  {each}" for each in heard if each["number"] == row.ours)
    from_ms = row.admitted_ms - AROUND_MS
    until_ms = max((fact.at_ms for fact in facts), default=row.admitted_ms) + AROUND_MS
    near = [fault for fault in done.faults if fault.until_ms >= from_ms and fault.from_ms <= until_ms]
    yield from (f"fault    {fault}" for fault in near)
    for event in done.schedule.events:
        if from_ms <= done.began_ms + event.at_s * 1000 <= until_ms:
            yield f"schedule {event}"


def heading() -> list[str]:
    return [f"{date.today().isoformat()}, {machine()}.", ""]


def write(lines: Sequence[str]) -> None:
    """Into docs/reliability.md, between its marks."""
    head, rest = DOCUMENT.read_text(encoding="utf-8").split(BEGIN)
    written = "\n".join([head + BEGIN, "", *lines, END + rest.split(END)[1]])
    DOCUMENT.write_text(written, encoding="utf-8")
