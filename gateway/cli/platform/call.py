"""tongban platform call: one message to a platform's test address, or what it would look like."""

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from adapters.desk_coherence import DESK
from adapters.errors import Unbuildable, Unencodable
from adapters.message import Message
from gateway.boot import Gateway
from gateway.cli.asking import Stop, conf_option, settings_of
from gateway.cli.opened import cannot_start
from gateway.cli.platform.apart import CALLER, apart, running, submitted, told, world_apart
from gateway.cli.platform.group import compiled, folder_of
from gateway.errors import Refusal
from gateway.exchange.reads import Question, pose
from gateway.opening import CANNOT_START
from gateway.releases.compiled import PlatformRelease
from gateway.workbench.check import built
from gateway.workbench.recorder import Recorder, Sample, kept, sample
from gateway.workbench.terms import SPOKEN
from gateway.world import World
from mappings.problems import Unmappable, Unreadable

_VERDICTS = {"delivered": "taken", "held": "unknown", "deferred": "later"}


@click.command()
@conf_option
@click.option("--given", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="规范文档 / a document in our vocabulary, JSON")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="只显示请求，不发送 / show the request, send nothing")
@click.option(
    "--record", is_flag=True, help="应答脱敏后存为样例 / keep the answer as a sample, without the person"
)
@click.option("--wait", "wait_s", type=click.FloatRange(min=1), default=30.0, show_default=True,
              help="最多等几秒 / seconds to wait at most")  # fmt: skip
@click.argument("name", metavar="PLATFORM")
@click.argument("operation")
def call(
    conf: Path, given: Path, wait_s: float, name: str, operation: str, *, dry_run: bool, record: bool
) -> int:
    """向测试地址发一条报文。 Send one message to the platform's test address, and show what came.

    Run it where the platform knows the address that it comes from. Answers are shown without the person in them.
    """
    document = _document(given)
    try:
        release = compiled(folder_of(conf, name))
    except Unreadable as error:
        raise Stop("\n".join(map(str, error.findings)), 1) from error
    if operation not in release.declared.operations:
        offered = ", ".join(release.declared.operations)
        raise Stop(f"{operation}: 平台没有此操作 / the platform has no such operation: {offered}")
    if dry_run:
        return _shown(release, operation, document, _address(conf, release.name))
    if record and release.declared.speaks == DESK:
        raise Stop(
            f"{name}: 应答由本地人员填写，无样例可留 / people answer on our own desk: there is nothing to record"
        )
    folder, recorder = folder_of(conf, name), Recorder(operation)
    try:
        own = settings_of(conf)
        with apart(own, folder, [document]) as settings:
            world = replace(world_apart(own), heard=recorder)
            said = asyncio.run(_sent(settings, world, operation, document, wait_s))
    except Unreadable as error:
        raise Stop("\n".join(map(str, error.findings)), 1) from error
    except CANNOT_START as error:
        raise cannot_start(error) from error
    adapter = built(release)
    made = [sample(release, adapter, operation, each, document) for each in recorder.seen]
    if made:
        said["verdict"] = made[-1].verdict
    click.echo(json.dumps({**said, "answers": [_answer(each) for each in made]}, ensure_ascii=False))
    sound = _kept(folder / "samples", made) if record else True
    return 0 if said["verdict"] in ("taken", "already") and sound else 1


def _kept(folder: Path, made: list[Sample]) -> bool:
    """Of each verdict the last answer; False where there is none, or one that has to be mended by hand."""
    if not made:
        click.echo(
            "没有收到该操作的应答，未留样例 / the operation itself got no answer: nothing was recorded",
            err=True,
        )
        return False
    folder.mkdir(exist_ok=True)
    last = {each.verdict: each for each in made}
    for each in last.values():
        file = kept(folder, each)
        click.echo(
            f"{file}: 自由文本中的他人姓名无法识别，请通读后再提交 / "
            "names of others in free text are not known here: read it before you commit it",
            err=True,
        )
        if each.judged != each.verdict:
            what = f"脱敏后判为 {each.judged}，请手工改正 / masked, it is {each.judged}: mend it by hand"
            click.echo(f"{file}: {what}", err=True)
    return all(each.judged == each.verdict for each in last.values())


def _document(given: Path) -> dict[str, Any]:
    try:
        document = json.loads(given.read_text("utf-8"))
    except (ValueError, OSError) as error:
        raise Stop(f"{given}: 不是 JSON / is not JSON: {type(error).__name__}") from error
    if not isinstance(document, dict):
        raise Stop(f"{given}: 应为一个 JSON 对象 / a JSON object is wanted")
    return document


def _address(conf: Path, name: str) -> str:
    """Where `call` would send it: the test address; else the other one; "" where conf has none."""
    if not (conf / "platforms" / f"{name}.yaml").is_file():
        return ""
    access = settings_of(conf).platforms[name]
    if access.test is not None:
        return access.test.address
    click.echo(f"conf/platforms/{name}.yaml: 没有 test: / has no test: only its production address", err=True)
    return access.address


def _shown(release: PlatformRelease, operation: str, document: dict[str, Any], address: str) -> int:
    """The request as it would leave, without signature and materials; secrets are not looked up."""
    is_front = (
        release.declared.speaks not in SPOKEN
    )  # the tables or files of one place, which is no part of a URL
    try:
        mapped = release.mappings[operation].for_item(document)(document)
        request = built(release, "" if is_front else address).encode(
            Message(
                operation,
                mapped,
                ours=str(document.get("numbers_ours", "")),
                exchange=str(document.get("exchange", "0" * 26)),
            )
        )
    except Unmappable as error:
        raise Stop(
            "\n".join(f"{each.path}: {each.text('zh')} / {each.text()}" for each in error.problems), 1
        ) from error
    except Unencodable as error:
        raise Stop("\n".join(f"{each.path}: {each.code}" for each in error.problems), 1) from error
    except Unbuildable as error:
        raise Stop(f"{error.what}: {error.write}", 1) from error
    if is_front or not address:
        click.echo(" ".join(filter(None, (request.method, address, request.url.raw_path_qs))))
    else:
        click.echo(f"{request.method} {request.url}")
    for name, value in request.headers.items():
        click.echo(f"{name}: {value}")
    click.echo("")
    click.echo(request.body.decode("utf-8", "backslashreplace"))
    return 0


async def _sent(
    settings: Any, world: World, operation: str, document: dict[str, Any], wait_s: float
) -> dict[str, Any]:
    async with running(settings, world) as gateway:
        try:
            if operation == "case.submit":
                exchange = await submitted(gateway, document, "call", wait_s)
            else:
                exchange = await _asked(gateway, operation, document)
        except Refusal as refusal:
            click.echo("\n".join(told(refusal)), err=True)
            return {"verdict": refusal.code, "problems": [each.path for each in refusal.problems or ()]}
        barred = exchange.cause == "session_barred"  # the login was; the message itself never left
        verdict = "barred" if barred else _VERDICTS.get(exchange.state, exchange.state)
        return {
            "verdict": verdict, "state": exchange.state, "ours": exchange.ours, "theirs": exchange.theirs,
            "code": exchange.code, "cause": exchange.cause,
        }  # fmt: skip


async def _asked(gateway: Gateway, operation: str, document: dict[str, Any]) -> Any:
    (platform,) = gateway.routes.active.platforms
    question = Question(operation, platform, f"{CALLER}/{CALLER}", asks=document)
    exchange, _ = await pose(gateway.exchanges, question)
    return exchange


def _answer(made: Sample) -> dict[str, Any]:
    return {"verdict": made.verdict, "status": made.response["status"], "body": made.shown}
