"""The hub, the ministry and the GBK platform refuse what their documents refuse; the callers are hand-written."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import ModuleType
from typing import Any
from xml.sax.saxutils import escape

import aiohttp
import pytest
from lxml import etree

from tests.fakes import sj, yb, yh
from tests.fakes.callers import PDF
from tests.fakes.checks import CHINA
from tests.fakes.control import application
from tests.fakes.server import Simulator, running

Answer = tuple[int, str]
DIGEST, CONTENT = hashlib.sha256(PDF).hexdigest(), base64.b64encode(PDF).decode()


@asynccontextmanager
async def world(module: ModuleType) -> AsyncIterator[tuple[Simulator, aiohttp.ClientSession]]:
    async with running(module.simulator(), application) as platform, aiohttp.ClientSession() as http:
        yield platform, http


def moment() -> str:
    return datetime.now(CHINA).strftime("%Y%m%d%H%M%S")


async def posted(http: aiohttp.ClientSession, address: str, body: bytes, headers: dict[str, str]) -> Answer:
    async with http.post(address, data=body, headers=headers) as response:
        raw = await response.read()
        return response.status, raw.decode("gbk" if b"GBK" in raw[:60] else "utf-8")


# ---- 三江: a form with JSON in a string, TIF ---------------------------------------------------------------


def hub_case(**changed: Any) -> dict[str, Any]:
    now = moment()
    case: dict[str, Any] = {
        "lsh": f"510132{now[:8]}000001", "sxbm": "11510132MB3R0016X04002014007000", "sxmc": "失业登记",
        "sxbb": "3", "qhdm": "510132", "tbfs": "1", "sqrlx": "1", "sqrxm": "温若岚", "zjlx": "1",
        "zjhm": "34170219880315123X", "sjqh": "341702", "sjdw": "11341702MB1A023179", "sjsj": now, "yt": "登记",
        "cl": [{"bm": "M01", "mc": "证明", "fs": "1", "dj": "C",
                "fj": [{"wjm": "证明.pdf", "zy": DIGEST, "nr": CONTENT}]}],
    }  # fmt: skip
    return {name: value for name, value in {**case, **changed}.items() if value is not None}


def tif(ago_s: int = 0, nonce: str = "", token: str = sj.TOKEN) -> dict[str, str]:
    timestamp, nonce = str(int(time.time()) - ago_s), nonce or secrets.token_hex(8)
    given = {
        "paasid": sj.PAASID,
        "serviceId": "sj-case-submit",
        "timestamp": timestamp,
        "nonce": nonce,
        "signature": hashlib.sha256(f"{timestamp}{token}{nonce}{timestamp}".encode()).hexdigest(),
    }
    return {f"x-tif-{name}": value for name, value in given.items()}


async def to_hub(world: Any, case: dict[str, Any], headers: dict[str, str], **more: str) -> dict[str, Any]:
    platform, http = world
    form = {"version": "1.0", "lsh": case.get("lsh", ""), "bizContent": json.dumps(case), **more}
    address = f"{platform.address}/hub/case/submit.do"
    async with http.post(address, data=form, headers=headers) as response:
        return {"http": response.status, **await response.json(content_type=None)}


async def test_the_hub_takes_a_case_once_and_answers_in_a_string() -> None:
    async with world(sj) as there:
        first, second = [await to_hub(there, hub_case(), tif()) for _ in range(2)]
        assert (first["custom"]["code"], second["custom"]["code"]) == (1, 2)
        assert json.loads(first["custom"]["data"]) == json.loads(second["custom"]["data"])
        assert there[0].ledger.counts()["takings"] == 1


@pytest.mark.parametrize(
    "sign",
    [
        lambda: tif(ago_s=200),
        lambda: tif(token="another"),
        lambda: {**tif(), "x-tif-serviceId": "sj-case-query"},
        dict,
    ],
    ids=["an old time", "another token", "another service", "unsigned"],
)
async def test_the_hub_bars_with_a_500_what_is_not_signed_well(sign: Callable[[], dict[str, str]]) -> None:
    async with world(sj) as there:
        answer = await to_hub(there, hub_case(), sign())
        assert (answer["http"], str(answer["code"])[:4]) == (500, "4000")
        assert there[0].ledger.counts()["takings"] == 0


async def test_the_hub_bars_a_nonce_that_comes_again() -> None:
    async with world(sj) as there:
        answers = [await to_hub(there, hub_case(), tif(nonce="n1")) for _ in range(2)]
        assert [answer["http"] for answer in answers] == [200, 500]


@pytest.mark.parametrize(
    "changed",
    [
        {"zjhm": "341702198803151231"},
        {"xx": "1"},
        {"sxbb": 3},
        {"sxbb": "2"},
        {"cl": []},
        {"sqrlx": "2"},
        {"lsh": "51013220260001"},
        {"zjhm": "110101202001010017"},
        {
            "cl": [
                {
                    "bm": "M",
                    "mc": "m",
                    "fs": "1",
                    "dj": "C",
                    "fj": [{"wjm": "a.jpg", "zy": DIGEST, "nr": CONTENT}],
                }
            ]
        },
    ],
    ids=lambda changed: next(iter(changed)),
)
async def test_the_hub_refuses_what_it_does_not_describe(changed: dict[str, Any]) -> None:
    async with world(sj) as there:
        answer = await to_hub(there, hub_case(**changed), tif())
        assert (answer["status"]["code"], answer["custom"]["code"]) == (1, 0)
        assert (await to_hub(there, hub_case(), tif(), extra="1"))["custom"]["code"] == 0
        assert there[0].ledger.counts()["takings"] == 0


# ---- 医保: SOAP 1.2, WS-Security --------------------------------------------------------------------------

BODY = (
    '<y:SubmitCase xmlns:y="urn:sim-yb:exchange:1"><y:Head sender="11341702MB1A023179">'
    "<y:Serial>{serial}</y:Serial>"
    "<y:Division>520424</y:Division><y:SentAt>2026-11-20T09:31:00+08:00</y:SentAt></y:Head><y:Case><y:Item>"
    "<y:Code>11520424MB3R00311G4002036003000</y:Code><y:Version>2</y:Version></y:Item><y:Insured>"
    '<y:Name>温若岚</y:Name><y:Certificate kind="01"><y:Number>{number}</y:Number></y:Certificate></y:Insured>'
    "<y:ReceivedAt>2026-11-20T09:30:00+08:00</y:ReceivedAt><y:Purpose>转移</y:Purpose><y:Materials>"
    '<y:Material code="M01" trust="C"><y:Name>证明</y:Name><y:File><y:FileName>a.pdf</y:FileName>'
    f"<y:Digest>{DIGEST}</y:Digest><y:Content>{CONTENT}</y:Content></y:File></y:Material></y:Materials>"
    "</y:Case></y:SubmitCase>"
)
GOOD = {"serial": "52042420261120000001", "number": "34170219880315123X"}


def token(password: str = yb.PASSWORD, *, ago_s: int = 0, nonce: bytes = b"", digested: bool = True) -> str:
    nonce = nonce or secrets.token_bytes(16)
    created = datetime.fromtimestamp(time.time() - ago_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    digest = base64.b64encode(hashlib.sha1(nonce + created.encode() + password.encode()).digest()).decode()
    kind, text = ("Digest", digest) if digested else ("Text", password)
    return (
        f'<w:Security xmlns:w="{yb.WSSE}" xmlns:u="{yb.WSU}" e:mustUnderstand="1"><w:UsernameToken>'
        f'<w:Username>{yb.USER}</w:Username><w:Password Type="urn:x#Password{kind}">{text}</w:Password>'
        f"<w:Nonce>{base64.b64encode(nonce).decode()}</w:Nonce><u:Created>{created}</u:Created>"
        "</w:UsernameToken></w:Security>"
    )


async def to_ministry(world: Any, header: str, body: str) -> Answer:
    """HTTP status, and the code of the answer or the subcode of the fault."""
    platform, http = world
    parts = f"<e:Header>{header}</e:Header><e:Body>{body}</e:Body>"
    envelope = f'<e:Envelope xmlns:e="{yb.ENVELOPE}">{parts}</e:Envelope>'
    headers = {"Content-Type": "application/soap+xml;charset=UTF-8"}
    status, text = await posted(http, platform.address, envelope.encode(), headers)
    root = etree.fromstring(text.encode())
    return status, root.findtext(".//{*}Result/{*}Code") or root.findtext(".//{*}Subcode/{*}Value") or ""


async def test_the_ministry_takes_the_same_serial_twice() -> None:
    async with world(yb) as there:
        answers = [await to_ministry(there, token(), BODY.format(**GOOD)) for _ in range(2)]
        assert answers == [(200, "0000")] * 2
        assert there[0].ledger.counts()["doubled"] == {GOOD["serial"]: 2}


@pytest.mark.parametrize(
    ("made", "subcode"),
    [
        (str, "w:InvalidSecurityToken"),
        (lambda: token(digested=False), "w:InvalidSecurityToken"),
        (lambda: token().replace(' e:mustUnderstand="1"', ""), "w:InvalidSecurityToken"),
        (lambda: token("another"), "w:FailedAuthentication"),
        (lambda: token(ago_s=400), "w:FailedAuthentication"),
    ],
    ids=["no token", "password in text", "need not be understood", "another password", "an old time"],
)
async def test_the_ministry_bars_a_token_that_is_not_good(made: Callable[[], str], subcode: str) -> None:
    async with world(yb) as there:
        assert await to_ministry(there, made(), BODY.format(**GOOD)) == (400, subcode)


async def test_the_ministry_bars_a_nonce_that_comes_again() -> None:
    async with world(yb) as there:
        header = token(nonce=b"n1")
        answers = [await to_ministry(there, header, BODY.format(**GOOD)) for _ in range(2)]
        assert answers == [(200, "0000"), (400, "w:FailedAuthentication")]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (BODY.format(**GOOD).replace('kind="01"', 'kind="09"'), "y:Malformed"),
        (BODY.format(**GOOD).replace("<y:Purpose>转移</y:Purpose>", ""), "y:Malformed"),
        (BODY.format(**GOOD | {"number": "34170219880315123x"}), "2003"),
        (BODY.format(**GOOD | {"serial": "44023320261120000001"}), "2002"),
        (BODY.format(**GOOD).replace(">2</y:Version>", ">1</y:Version>"), "2001"),
        (BODY.format(**GOOD).replace(DIGEST, "0" * 64), "2005"),
    ],
)
async def test_the_ministry_refuses_what_schema_or_document_refuse(body: str, code: str) -> None:
    async with world(yb) as there:
        assert (await to_ministry(there, token(), body))[1] == code
        assert there[0].ledger.counts()["takings"] == 0


# ---- 越海: XML in GBK, two-step secrets --------------------------------------------------------------------


def yuehai_case(**changed: str) -> str:
    now = moment()
    fields = {
        "LSH": f"350524{now[:8]}000001", "SXDM": "11350524MB3R00516F400200603100001", "SXMC": "开具户籍类证明",
        "SXBB": "4", "QH": "350524", "XM": "古丽·喆", "ZJLX": "SFZ", "ZJHM": "34170219880315123X",
        "SJDW": "11341702MB1A023179", "SJSJ": now, "YT": "证明", **changed,
    }  # fmt: skip
    flat = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in fields.items())
    file = f"<BM>H01</BM><MC>证</MC><WJM>a.pdf</WJM><ZY>{DIGEST}</ZY><NR>{CONTENT}</NR>"
    return f'<?xml version="1.0" encoding="GBK"?><BJ>{flat}<CLS><CL XH="1">{file}</CL></CLS></BJ>'


def signed(key: str, ago_ms: int = 0) -> dict[str, str]:
    at = str(int(time.time() * 1000) - ago_ms)
    return {"appKey": yh.APP_KEY, "requestTime": at, "sign": yh.sign(key, at)}


async def opened(world: Any, key: str, way: str = "ByKey") -> dict[str, Any]:
    platform, http = world
    address = f"{platform.address}/gateway/app/refreshToken{way}.htm"
    async with http.post(address, data=signed(key)) as response:
        answer: dict[str, Any] = await response.json()
        return answer["datas"] or {"code": answer["code"]}


async def to_yuehai(world: Any, query: dict[str, str], body: bytes, kind: str = "GBK") -> str:
    """The code of the answer."""
    platform, http = world
    where = "&".join(f"{name}={value}" for name, value in query.items())
    address = f"{platform.address}/gateway/api/001003999/dataSharing/tbsb.htm?{where}"
    headers = {"Content-Type": f"application/xml;charset={kind}"}
    _, text = await posted(http, address, body, headers)
    return text.partition("<code>")[2].partition("<")[0]


async def test_a_pair_is_fetched_with_the_one_before_which_ends_then() -> None:
    async with world(yh) as there:
        first = await opened(there, yh.APP_SECRET)
        assert first["refreshSecretEndTime"] - first["requestSecretEndTime"] == (48 * 60 - 15) * 60_000
        second = await opened(there, first["refreshSecret"], "BySec")
        assert await opened(there, first["refreshSecret"], "BySec") == {"code": "14"}
        body = yuehai_case().encode("gbk")
        codes = [
            await to_yuehai(there, signed(pair["requestSecret"]), body) for pair in (first, second, second)
        ]
        assert codes == ["14", "00", "21"]
        assert there[0].ledger.counts()["takings"] == 1


async def test_an_old_time_another_key_and_no_secret_are_barred() -> None:
    async with world(yh) as there:
        body = yuehai_case().encode("gbk")
        assert await to_yuehai(there, signed("x"), body) == "15"
        secret = (await opened(there, yh.APP_SECRET))["requestSecret"]
        assert await to_yuehai(there, signed(secret, ago_ms=400_000), body) == "14"
        assert await to_yuehai(there, {**signed(secret), "appKey": "another"}, body) == "13"
        assert await opened(there, "another") == {"code": "14"}


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        (yuehai_case().encode("utf-8"), "GBK", "30"),
        (yuehai_case().encode("gbk"), "UTF-8", "30"),
        (yuehai_case().replace("GBK", "UTF-8").encode("utf-8"), "GBK", "30"),
        (yuehai_case().replace("<BJ>", '<!DOCTYPE BJ [<!ENTITY a "b">]><BJ>').encode("gbk"), "GBK", "30"),
        (yuehai_case(ZJHM="341702198803151231").encode("gbk"), "GBK", "31"),
        (yuehai_case(XX="1").encode("gbk"), "GBK", "31"),
        (yuehai_case(ZJLX="HZ", ZJHM="X1234567").encode("gbk"), "GBK", "31"),
        (yuehai_case().replace('XH="1"', 'XH="2"').encode("gbk"), "GBK", "31"),
    ],
)
async def test_the_document_is_gbk_and_says_so_or_is_refused(body: bytes, kind: str, code: str) -> None:
    async with world(yh) as there:
        secret = (await opened(there, yh.APP_SECRET))["requestSecret"]
        assert await to_yuehai(there, signed(secret), body, kind) == code
        assert there[0].ledger.counts()["takings"] == 0
