"""tongban platform call: one message to a platform's test address, or what it would look like."""

import asyncio
import json
from pathlib import Path
from typing import Any

import click

from adapters.errors import Unbuildable, Unencodable
from adapters.message import Message
from gateway.boot import Gateway
from gateway.cli.apart import CALLER, apart, running, submitted
from gateway.cli.asking import Stop, conf_option, settings_of
from gateway.cli.opened import cannot_start
from gateway.cli.platform import compiled, folder_of
from gateway.errors import Refusal
from gateway.exchange.reads import Question, pose
from gateway.opening import CANNOT_START
from gateway.releases import PlatformRelease
from gateway.workbench.check import built
from gateway.workbench.recorder import Answers, Recorder, recorded, redacted
from gateway.workbench.terms import SPOKEN
from gateway.world import World
from mappings.canonical.schema import schema
from mappings.canonical.shape import ADDED
from mappings.problems import Unmappable, Unreadable

_VERDICTS = {"delivered": "taken", "held": "unknown", "deferred": "later"}
_KEPT = ("receiving", "item", "division")  # what the gateway adds to, rather than adds


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
    folder, answers = folder_of(conf, name), Answers()
    try:
        with apart(settings_of(conf), folder) as settings:
            world = World(transport=lambda: Recorder(answers))
            said = asyncio.run(_sent(settings, world, operation, document, wait_s))
    except Unreadable as error:
        raise Stop("\n".join(map(str, error.findings)), 1) from error
    except CANNOT_START as error:
        raise cannot_start(error) from error
    click.echo(
        json.dumps(
            {**said, "answers": [_answer(each, document) for each in answers.seen]}, ensure_ascii=False
        )
    )
    if record and answers.seen:
        verdict = str(said["verdict"])
        file = folder / "samples" / f"{operation}.{verdict}-recorded.json"
        file.write_text(recorded(operation, verdict, answers.seen[-1], document), encoding="utf-8")
        click.echo(f"{file}: 请通读后再提交 / read it before you keep it", err=True)
    return 0 if said["verdict"] in ("taken", "already") else 1


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
                exchange = await submitted(gateway, _as_admitted(document), "call", wait_s)
            else:
                exchange = await _asked(gateway, operation, document)
        except Refusal as refusal:
            return {"verdict": refusal.code, "problems": [each.path for each in refusal.problems or ()]}
        verdict = _VERDICTS.get(exchange.state, exchange.state)
        return {
            "verdict": verdict, "state": exchange.state, "ours": exchange.ours, "theirs": exchange.theirs,
            "code": exchange.code, "cause": exchange.cause,
        }  # fmt: skip


async def _asked(gateway: Gateway, operation: str, document: dict[str, Any]) -> Any:
    (platform,) = gateway.routes.active.platforms
    question = Question(operation, platform, f"{CALLER}/{CALLER}", asks=document)
    exchange, _ = await pose(gateway.exchanges, question)
    return exchange


def _as_admitted(document: dict[str, Any]) -> dict[str, Any]:
    """Without what the gateway adds itself, so that a sample can be sent as well as a caller's document."""
    added = set(schema(ADDED)["properties"]) - set(_KEPT)
    plain = {key: value for key, value in document.items() if key not in added}
    item = document.get("item")
    return (
        {**plain, "item": {key: value for key, value in item.items() if key != "there"}}
        if isinstance(item, dict)
        else plain
    )


def _answer(response: Any, given: dict[str, Any]) -> dict[str, Any]:
    return {"status": response.status, "body": redacted(response.body.decode("utf-8", "replace"), given)}
