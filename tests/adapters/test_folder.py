"""A file drop: what lies there and when, what is never overwritten, and what is true of every fault."""

import asyncio
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.base import Adapter
from adapters.build import build
from adapters.codecs.charset import encoded
from adapters.coherence import declare
from adapters.errors import LeaseOver, Unbuildable, Unencodable
from adapters.message import Access, Message, Reply
from tests.adapters.fronts import NOW_MS, NOWHERE
from tests.adapters.peers import changed

FOLDER: dict[str, Any] = {
    "platform": "sim-drop",
    "title": "模拟网闸",
    "kind": "regional",
    "serves": [{"division": "440100"}],
    "speaks": "folder",
    "limits": {"timeout_s": "2", "connect_s": "2", "in_flight": "4"},
    "folder": {
        "drop": "to",
        "taken": "to/done",
        "answers": "from",
        "format": "xml",
        "root": "PACKAGE",
        "charset": "gb18030",
        "marker": ".ok",
        "digest": {"algorithm": "md5", "suffix": ".md5"},
    },
    "operations": {
        "case.submit": {
            "call": "PUT YW01_{HEAD.GLBH}.xml",
            "taken": {"body": {"outcome": "written"}},
            "already": {"body": {"outcome": "there"}},
            "refused": {"body": {"outcome": "conflict"}, "code": "outcome"},
            "barred": {"body": {"outcome": "rejected"}, "code": "error"},
            "probe": {
                "ask": "case.progress",
                "landed": {"body": {"outcome": ["answered", "taken", "waiting"]}},
                "absent": {"body": {"outcome": "absent"}},
            },
            "repeatable": {"by": "HEAD.GLBH", "because": "their document 3.1: what is taken stays in done"},
        },
        "case.progress": {
            "call": "GET FK_{HEAD.GLBH}_*.xml",
            "lists": ["RECORD"],
            "taken": {"body": {"outcome": "answered"}, "reference": "answer.YWLSH"},
            "refused": {"body": {"outcome": ["taken", "waiting", "absent"]}, "code": "outcome"},
            "barred": {"body": {"outcome": "rejected"}, "code": "error"},
        },
    },
}
PLAIN = changed(changed(FOLDER, "folder.marker", None), "folder.digest", None)
DOCUMENT = {"HEAD": {"GLBH": "A-0001"}, "XM": "汤念·念", "CLNR": {"$material": "f1", "as": "base64"}}
NAME = "YW01_A-0001.xml"
WHOLE = (
    '<?xml version="1.0" encoding="gb18030"?><PACKAGE><HEAD><GLBH>A-0001</GLBH></HEAD><XM>汤念·念</XM>'
    "<CLNR>/9g=</CLNR></PACKAGE>"
).encode("gb18030")


@pytest.fixture
def share(tmp_path: Path) -> Path:
    for name in ("to/done", "from"):
        (tmp_path / "share" / name).mkdir(parents=True)
    return tmp_path / "share"


def adapter(share: Path | str, document: dict[str, Any] = FOLDER) -> Adapter:
    return build(
        declare(document),
        access=Access(str(share)),
        transport=NOWHERE,
        clock_ms=lambda: NOW_MS,
        random=os.urandom,
    )


async def material(name: str) -> bytes:
    return b"\xff\xd8"


async def put(speaker: Adapter, go: Callable[[], None] = lambda: None, **changes: Any) -> Reply:
    message = Message("case.submit", {**DOCUMENT, **changes})
    return await speaker.send(message, materials=material, go=go)


async def get(speaker: Adapter, probes: str | None = None, number: str = "A-0001") -> Reply:
    message = Message("case.progress", {"HEAD": {"GLBH": number}}, probes=probes)
    return await speaker.send(message, materials=material, go=lambda: None)


def lying(share: Path, folder: str = "to") -> list[str]:
    return sorted(each.name for each in (share / folder).iterdir() if each.is_file())


def contents(share: Path) -> list[bytes]:
    """Of all files of this name, wherever they are."""
    return [each.read_bytes() for each in share.rglob(NAME)]


async def test_a_file_lies_there_whole_with_its_digest_and_its_marker(share: Path) -> None:
    reply = await put(adapter(share))
    assert (reply.verdict, reply.document) == ("taken", {"outcome": "written", "name": NAME})
    assert reply.sent_digest == f"sha-256:{hashlib.sha256(WHOLE).hexdigest()}"
    assert lying(share) == [NAME, f"{NAME}.md5", f"{NAME}.ok"]
    assert (share / "to" / NAME).read_bytes() == WHOLE
    assert (share / "to" / f"{NAME}.md5").read_text() == hashlib.md5(WHOLE).hexdigest()


async def test_json_goes_the_same_way_without_marker_and_digest(share: Path) -> None:
    folder = {**PLAIN["folder"], "format": "json", "charset": "utf-8"}
    del folder["root"]
    reply = await put(adapter(share, changed(PLAIN, "folder", folder)))
    assert (reply.verdict, lying(share)) == ("taken", [NAME])
    assert (share / "to" / NAME).read_text() == '{"HEAD":{"GLBH":"A-0001"},"XM":"汤念·念","CLNR":"/9g="}'


async def test_materials_may_lie_beside_and_are_there_before_the_document_is(share: Path) -> None:
    declared = changed(FOLDER, "folder.beside", "YW01_{HEAD.GLBH}_{n}.att")
    two = {"CLNR": [{"$material": "f1", "as": "base64"}, {"$material": "f2", "as": "base64"}]}
    seen: list[list[str]] = []
    reply = await put(
        adapter(share, declared), lambda: seen.append([e for e in lying(share) if e[0] != "."]), **two
    )
    beside = ["YW01_A-0001_1.att", "YW01_A-0001_2.att"]
    assert (reply.verdict, lying(share)) == ("taken", [NAME, f"{NAME}.md5", f"{NAME}.ok", *beside])
    assert seen == [[NAME, f"{NAME}.md5", *beside]]
    written = (share / "to" / NAME).read_text("gb18030")
    assert all(f"<CLNR>{name}</CLNR>" in written for name in beside)
    assert (share / "to" / beside[1]).read_bytes() == b"\xff\xd8"
    assert (await put(adapter(share, declared), **two)).verdict == "already"


async def test_another_file_beside_is_a_conflict_and_stays(share: Path) -> None:
    (share / "to" / "YW01_A-0001_1.att").write_bytes(b"other")
    reply = await put(adapter(share, changed(FOLDER, "folder.beside", "YW01_{HEAD.GLBH}_{n}.att")))
    assert (reply.verdict, reply.code, lying(share)) == ("refused", "conflict", ["YW01_A-0001_1.att"])


@pytest.mark.parametrize("declared", [FOLDER, PLAIN], ids=["marked", "plain"])
@pytest.mark.parametrize("moved", [False, True], ids=["lying there", "taken away"])
async def test_the_same_once_more_is_there_already_and_other_content_is_a_conflict(
    share: Path, declared: dict[str, Any], moved: bool
) -> None:
    speaker = adapter(share, declared)
    await put(speaker)
    if moved:
        for name in lying(share):
            (share / "to" / name).rename(share / "to/done" / name)
    before = lying(share)
    assert (await put(speaker)).verdict == "already"
    reply = await put(speaker, XM="汤敬之")
    assert (reply.verdict, reply.code) == ("refused", "conflict")
    assert lying(share) == before
    assert contents(share) == [WHOLE]


async def test_what_comes_at_the_same_time_lies_there_once(share: Path) -> None:
    speakers = [adapter(share) for _ in range(4)]
    replies = await asyncio.gather(*(put(each) for each in speakers * 2))
    assert {reply.verdict for reply in replies} <= {"taken", "already"}
    assert lying(share) == [NAME, f"{NAME}.md5", f"{NAME}.ok"]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"HEAD": {}}, "HEAD.GLBH: needed_there"),
        ({"HEAD": {"GLBH": "../A"}}, "HEAD.GLBH: not_allowed_there"),
        ({"HEAD": {"GLBH": "A*"}}, "HEAD.GLBH: not_allowed_there"),
        ({"HEAD": {"GLBH": "A_1"}}, "HEAD.GLBH: not_allowed_there"),
        ({"XM": "汤\ud800"}, "XM: not_xml_text, XM: cannot_write"),
    ],
)
def test_what_no_name_and_no_file_can_hold_is_told_before(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(Unencodable) as refusal:
        adapter("/nowhere").encode(Message("case.submit", {**DOCUMENT, **changes}))
    assert str(refusal.value) == problem


def test_a_charset_of_bytes_is_written_as_their_readers_read_it() -> None:
    assert encoded("汤·—念", "gb2312") == "汤·—念".encode("gbk")
    document = changed(FOLDER, "folder.charset", "gb2312")
    with pytest.raises(Unencodable, match="XM: cannot_write"):
        adapter("/nowhere", document).encode(Message("case.submit", {**DOCUMENT, "XM": "喆"}))


def test_an_address_that_is_no_whole_path_is_named() -> None:
    with pytest.raises(Unbuildable, match="is no folder"):
        adapter("gap/out")


# ---- answers -------------------------------------------------------------------------------------------------


async def test_where_a_file_is_tells_what_became_of_it(share: Path) -> None:
    speaker = adapter(share)
    assert ((await get(speaker)).code, (await get(speaker, "case.submit")).verdict) == ("absent", "absent")
    await put(speaker)
    assert ((await get(speaker)).code, (await get(speaker, "case.submit")).verdict) == ("waiting", "landed")
    (share / "to" / f"{NAME}.ok").unlink()
    assert (await get(speaker, "case.submit")).verdict == "absent"  # without its marker it does not count
    (share / "to" / NAME).rename(share / "to/done" / NAME)
    assert ((await get(speaker)).code, (await get(speaker, "case.submit")).verdict) == ("taken", "landed")


def answered(share: Path, name: str, text: str, *, digest: bool = True) -> None:
    (share / "from" / name).write_bytes(text.encode("gb18030"))
    if digest:
        line = f"{hashlib.md5(text.encode('gb18030')).hexdigest().upper()}  {name}\n"
        (share / "from" / f"{name}.md5").write_text(line)


async def test_answers_are_those_with_our_number_and_the_last_of_them_is_the_answer(share: Path) -> None:
    speaker = adapter(share)
    answered(share, "FK_A-0001_1.xml", "<R><ZT>01</ZT><YWLSH>G-1</YWLSH></R>")
    answered(share, "FK_A-0001_2.xml", "<R><ZT>受理</ZT><YWLSH>G-1</YWLSH><RECORD>x</RECORD></R>")
    answered(share, "FK_A-00011_3.xml", "<R><ZT>of another case</ZT></R>")
    reply = await get(speaker)
    assert (reply.verdict, reply.reference) == ("taken", "G-1")
    assert reply.document == {
        "outcome": "answered",
        "answer": {"ZT": "受理", "YWLSH": "G-1", "RECORD": ["x"]},
        "answers": [{"ZT": "01", "YWLSH": "G-1"}, {"ZT": "受理", "YWLSH": "G-1", "RECORD": ["x"]}],
    }


async def test_an_answer_that_is_still_being_written_is_none(share: Path) -> None:
    await put(adapter(share))
    answered(share, "FK_A-0001_1.xml", "<R><ZT>01</Z", digest=False)
    assert (await get(adapter(share))).code == "waiting"
    (share / "from" / "FK_A-0001_1.xml.md5").write_text("0" * 32)
    reply = await get(adapter(share))
    assert (reply.verdict, reply.cause) == ("unknown", "half_reply")
    marked = changed(changed(FOLDER, "folder.answers_marked", "true"), "folder.digest", None)
    assert (await get(adapter(share, marked))).code == "waiting"
    (share / "from" / "FK_A-0001_1.xml.ok").touch()
    assert (await get(adapter(share, marked))).cause == "garbled"


async def test_too_much_of_an_answer_is_not_read(share: Path) -> None:
    answered(share, "FK_A-0001_1.xml", f"<R><ZT>{'x' * 300}</ZT></R>")
    reply = await get(adapter(share, changed(FOLDER, "limits.reply_bytes", "256")))
    assert (reply.verdict, reply.cause) == ("unknown", "too_large")


@pytest.fixture
def small(device: Path) -> Path:
    """A share without much room."""
    for name in ("to/done", "from"):
        (device / name).mkdir(parents=True)
    return device


# ---- faults: what is true of them ----------------------------------------------------------------------------


@pytest.mark.parametrize("gone", ["", "to"], ids=["the share", "the drop folder"])
async def test_a_folder_that_is_not_there_has_taken_nothing_and_none_is_made(share: Path, gone: str) -> None:
    away = share / gone
    away.rename(share.parent / "away")
    reply = await put(adapter(share))
    assert (reply.verdict, reply.cause) == ("not_sent", "unreachable")
    assert not away.exists()


async def test_a_lease_that_ran_out_leaves_nothing_that_counts(share: Path) -> None:
    def too_late() -> None:
        raise LeaseOver

    reply = await put(adapter(share), too_late)
    assert (reply.verdict, reply.cause) == ("not_sent", "lease_over")
    assert lying(share) == [NAME, f"{NAME}.md5"]  # and no marker
    assert (await put(adapter(share))).verdict == "taken"
    assert (await put(adapter(share, PLAIN), too_late, HEAD={"GLBH": "B"})).cause == "lease_over"
    assert not [name for name in lying(share) if "_B" in name]


async def test_the_lease_is_looked_at_right_before_the_last_link(share: Path) -> None:
    seen: list[list[str]] = []
    await put(adapter(share), lambda: seen.append([each for each in lying(share) if each[0] != "."]))
    await put(adapter(share, PLAIN), lambda: seen.append(lying(share)), HEAD={"GLBH": "B"})
    assert seen[0] == [NAME, f"{NAME}.md5"]
    assert not [name for name in seen[1] if name.startswith("YW01_B")]


async def test_a_marker_that_was_left_behind_publishes_nothing(share: Path) -> None:
    (share / "to" / f"{NAME}.ok").touch()
    assert (await put(adapter(share))).code == "conflict"
    assert lying(share) == [f"{NAME}.ok"]


async def test_a_half_written_file_of_a_dead_process_is_no_file_and_goes(share: Path) -> None:
    left = share / "to" / f".{NAME}.77-1.part"
    left.write_bytes(WHOLE[:9])
    assert (await get(adapter(share), "case.submit")).verdict == "absent"
    assert (await put(adapter(share))).verdict == "taken"
    assert lying(share) == [NAME, f"{NAME}.md5", f"{NAME}.ok"]


STOPPED = """
import asyncio, errno, os, signal, sys, threading
sys.path.insert(0, {checkout!r})
from tests.adapters.test_folder import adapter, put, FOLDER, PLAIN
import adapters.drops as drops
from adapters.errors import LeaseOver
real, asked = os.link, []
def link(part, final):
    if final.name == {last!r} and len(asked) == 1:
        asked.append(0)
        # the lease was looked at, the link has not been made; to this thread, so that it goes no step further
        signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
    if {linkless!r}: raise OSError(errno.EPERM, "no links here")
    real(part, final)
drops.os.link = link
def lease():
    asked.append(0)
    if len(asked) > 1: raise LeaseOver
reply = asyncio.run(put(adapter({share!r}, {document}), lease))
print(reply.verdict, reply.cause)
"""


def stopped(code: str) -> subprocess.Popen[str]:
    """A process that has come to stand still by itself."""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status)
    return process


@pytest.mark.parametrize("linkless", [False, True])
@pytest.mark.parametrize("document", ["FOLDER", "PLAIN"])
@pytest.mark.parametrize("meanwhile", ["taken", "taken and deleted", "still there", "probed absent"])
async def test_who_stands_still_beyond_the_lease_before_the_last_link_puts_nothing_when_it_wakes(
    share: Path, document: str, meanwhile: str, linkless: bool
) -> None:
    speaker = adapter(share, {"FOLDER": FOLDER, "PLAIN": PLAIN}[document])
    last = f"{NAME}.ok" if document == "FOLDER" else NAME
    code = STOPPED.format(
        checkout=str(Path(__file__).parents[2]),
        share=str(share),
        last=last,
        document=document,
        linkless=linkless,
    )
    process = await asyncio.to_thread(stopped, code)
    if meanwhile == "probed absent":
        assert (await get(speaker, "case.submit")).verdict == "absent"
    else:
        assert (await put(speaker)).verdict == "taken"
    if meanwhile.startswith("taken"):
        for name in (f"{NAME}.ok", f"{NAME}.md5"):
            (share / "to" / name).unlink(missing_ok=True)
        (share / "to" / NAME).rename(share / "to" / "done" / NAME)
    if meanwhile == "taken and deleted":
        (share / "to" / "done" / NAME).unlink()
    before = [each for each in lying(share) if each != f"{NAME}.md5"]
    process.send_signal(signal.SIGCONT)
    said, _ = await asyncio.to_thread(process.communicate)
    assert said.split() in (["already", "described"], ["not_sent", "lease_over"])
    # in a folder with markers a content without its marker may lie there, which nobody takes
    counting = [each for each in lying(share) if each.endswith(".ok") or document == "PLAIN"]
    assert counting == [each for each in before if each.endswith(".ok") or document == "PLAIN"]
    assert not [each for each in lying(share) if each.startswith(".")]


KILLED = """
import asyncio, os, signal, sys
sys.path.insert(0, {checkout!r})
from tests.adapters.test_folder import adapter, put, FOLDER
import adapters.drops as drops
real, dies, links = os.link, {dies!r}, []
def link(part, final):
    links.append(final)
    if dies == f"before {{len(links)}}": os.kill(os.getpid(), signal.SIGKILL)
    real(part, final)
    if dies == f"after {{len(links)}}": os.kill(os.getpid(), signal.SIGKILL)
drops.os.link = link
asyncio.run(put(adapter({share!r})))
"""


@pytest.mark.parametrize("dies", [f"{when} {n}" for n in (1, 2, 3) for when in ("before", "after")])
async def test_whenever_a_process_is_killed_the_file_counts_once_or_is_put_once(
    share: Path, dies: str
) -> None:
    checkout = str(Path(__file__).parents[2])
    code = KILLED.format(checkout=checkout, share=str(share), dies=dies)
    died = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", code], check=False)
    assert died.returncode == -9
    landed = dies == "after 3"
    assert (await get(adapter(share), "case.submit")).verdict == ("landed" if landed else "absent")
    assert (await put(adapter(share))).verdict == ("already" if landed else "taken")
    assert [name for name in lying(share) if name[0] != "."] == [NAME, f"{NAME}.md5", f"{NAME}.ok"]
    assert (share / "to" / NAME).read_bytes() == WHOLE


async def test_a_disk_without_room_takes_nothing_and_everything_once_it_has_some(small: Path) -> None:
    filler = small / "filler"
    with pytest.raises(OSError):
        filler.write_bytes(b"x" * 100_000)
    reply = await put(adapter(small))
    assert (reply.verdict, reply.cause, lying(small)) == ("not_sent", "no_room", [])
    filler.unlink()
    assert (await put(adapter(small))).verdict == "taken"


async def test_a_folder_that_may_only_be_read_bars_us(small: Path) -> None:
    await asyncio.to_thread(subprocess.run, ["mount", "-o", "remount,ro", str(small)], check=True)
    reply = await put(adapter(small))
    assert (reply.verdict, reply.code) == ("barred", "EROFS")


@pytest.mark.parametrize("declared", [FOLDER, PLAIN], ids=["marked", "plain"])
async def test_a_disk_that_fills_up_before_the_last_link_has_nothing_that_counts(
    small: Path, declared: dict[str, Any]
) -> None:
    def read_only() -> None:
        subprocess.run(["mount", "-o", "remount,ro,size=64k", str(small)], check=True)

    def writable() -> None:
        subprocess.run(["mount", "-o", "remount,rw,size=64k", str(small)], check=True)

    reply = await put(adapter(small, declared), read_only)
    assert (reply.verdict, reply.code) == ("barred", "EROFS")
    assert (await get(adapter(small, declared), "case.submit")).verdict == "absent"
    writable()
    assert (await put(adapter(small, declared))).verdict == "taken"
