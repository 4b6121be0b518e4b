"""Two hand-written callers, to test the simulated platforms without anything of the gateway."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

import aiohttp
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from lxml import etree

from .checks import CHINA

PDF = b"%PDF-1.4\nmade up\n%%EOF\n"
Tree = dict[str, Any]


def lingnan_case(number: int = 1, **changed: object) -> Tree:
    """A case that the Lingnan platform takes; `changed` replaces fields, None removes one."""
    now = datetime.now(CHINA)
    code, moment = "11440232007340216X4002014007000", now.strftime("%Y%m%d%H%M%S")
    file = {
        "xh": "1",
        "wjm": "证明.pdf",
        "wjgs": "pdf",
        "wjdx": str(len(PDF)),
        "wjzy": hashlib.sha256(PDF).hexdigest(),
        "wjnr": base64.b64encode(PDF).decode(),
    }
    case: Tree = {
        "sblsh": f"{code}{moment[:8]}{number:04d}",
        "sxssbm": code,
        "sxmc": "失业登记",
        "sxbbh": "5",
        "bjlx": "2",
        "xzqhdm": "440232000000",
        "slbmdm": code[:18],
        "tbms": "1",
        "sqrlx": "1",
        "sqrxm": "温若岚",
        "sqrzjlx": "10",
        "sqrzjhm": "34170219880315123X",
        "sqrcsrq": "19880315",
        "sqsj": moment,
        "sqyt": "办理失业登记",
        "sfkd": "2",
        "fsdwdm": "11341702MB1A023179",
        "fsdwmc": "模拟贵池区政务服务中心",
        "sjxx": {"sjqhdm": "341702", "sjdwdm": "11341702MB1A023179", "sjsj": moment, "hyfs": "1"},
        "clxx": [
            {
                "clbm": "M02",
                "clmc": "终止劳动关系证明",
                "clxs": "2",
                "sfyj": "2",
                "xrdj": "C",
                "fs": "1",
                "fj": [file],
            }
        ],
    }
    return {name: value for name, value in {**case, **changed}.items() if value is not None}


@dataclass
class LingnanCaller:
    """Signs as interface section 2 says; keeps the session secret until told to fetch another."""

    http: aiohttp.ClientSession
    address: str
    rid: str = "demo-rid-0001"
    appkey: str = "demo-appkey"
    secret: str = ""

    def signed(self, sid: str, secret: str, at_ms: int | None = None) -> dict[str, str]:
        rtime = str(at_ms or time.time_ns() // 1_000_000)
        sign = hmac.digest(secret.encode(), f"{sid}{self.rid}{rtime}".encode(), "sha256")
        values = {"rid": self.rid, "sid": sid, "rtime": rtime, "sign": base64.b64encode(sign).decode()}
        return {f"gjgxjhpt_{name}": value for name, value in values.items()}

    async def open(self) -> str:
        """Fetch and open a session secret; returns the platform's code."""
        fields = self.signed("s_sim_0000", self.appkey)
        async with self.http.post(f"{self.address}/sysapi/auth/refreshappsecret", json=fields) as response:
            answer = await response.json()
        if answer["code"] == "0":
            key = hashlib.sha1(hashlib.sha1(self.appkey.encode()).digest()).digest()[:16]
            opener = Cipher(algorithms.AES(key), modes.ECB()).decryptor()
            plain = opener.update(base64.b64decode(answer["data"]["secret"])) + opener.finalize()
            self.secret = plain[: -plain[-1]].decode()
        return str(answer["code"])

    async def submit(self, case: Mapping[str, object], *, at_ms: int | None = None) -> Tree:
        """The decoded answer with its HTTP status under `status`."""
        body = json.dumps(case, ensure_ascii=False).encode()
        headers = {**self.signed("s_sim_0001", self.secret, at_ms), "Content-Type": "application/json"}
        async with self.http.post(f"{self.address}/api/v2/cases", data=body, headers=headers) as response:
            return {"status": response.status, **json.loads(await response.read())}

    async def progress(self, number: str) -> Tree:
        headers = self.signed("s_sim_0002", self.secret)
        async with self.http.get(
            f"{self.address}/api/v2/cases/{number}/progress", headers=headers
        ) as response:
            answer: Tree = await response.json()
            return answer

    async def listed(self, **query: str) -> Tree:
        headers = self.signed("s_sim_0003", self.secret)
        async with self.http.get(f"{self.address}/api/v2/cases", headers=headers, params=query) as response:
            answer: Tree = await response.json()
            return answer


def guishan_package(number: int = 1, name: str = "古丽·阿不都", **changed: str) -> str:
    """A package that the Guishan platform takes; `changed` replaces fields of the business record."""
    moment = datetime.now(CHINA).strftime("%Y%m%d%H%M%S")
    head = {
        "BBH": "1.0",
        "FSDWDM": "11341702MB1A023179",
        "FSDWMC": "模拟贵池区政务服务中心",
        "JSDWDM": "450000060000",
        "JSDWMC": "模拟桂山区公安厅",
        "YWLB": "YW01",
        "GLBH": f"450000{moment[:8]}{number:06d}",
        "QHDM": "450000",
        "FSSJ": moment,
    }
    record = {
        "SXDM": "11450000007566021J200200603100001",
        "SXMC": "开具户籍类证明",
        "SXBB": "6",
        "TBFS": "1",
        "BJLX": "1",
        "SQRLX": "1",
        "SQRXM": name,
        "SQRZJLX": "111",
        "SQRZJHM": "341702199312240726",
        "SJQHDM": "341702",
        "SJDWDM": "11341702MB1A023179",
        "SJSJ": moment,
        "SQYT": "开具户籍类证明",
        "SFYJ": "1",
        **changed,
    }
    material = {
        "CLLBDM": "H01",
        "CLMC": "居民身份证",
        "CLGS": "pdf",
        "CLXH": "1",
        "CLFS": "1",
        "SFYJ": "0",
        "KXDJ": "A",
        "WJM": "身份证.pdf",
        "CLNR": base64.b64encode(PDF).decode(),
        "CLZY": hashlib.sha256(PDF).hexdigest(),
    }
    return (
        '<?xml version="1.0" encoding="gb2312"?><PACKAGE><HEAD>' + _xml(head) + "</HEAD><DATA>"
        f'<YWJL SXH="1" LBDM="YW01">{_xml(record)}</YWJL><CLJL SXH="1" LBDM="CL01">{_xml(material)}</CLJL>'
        "</DATA></PACKAGE>"
    )


def _xml(fields: Mapping[str, str]) -> str:
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items())


@dataclass
class GuishanCaller:
    """Two strings in a SOAP 1.1 body, written by hand."""

    http: aiohttp.ClientSession
    address: str
    licence: str = "GS-DEMO-LICENCE-0001"

    @property
    def headers(self) -> dict[str, str]:
        return {"Content-Type": "text/xml;charset=UTF-8", "SOAPAction": '""'}

    def envelope(self, operation: str, information: str) -> bytes:
        return (
            '<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>'
            f'<g:{operation} xmlns:g="http://guishan.example/exchange"><licence>{self.licence}</licence>'
            f"<information>{escape(information)}</information></g:{operation}></e:Body></e:Envelope>"
        ).encode()

    async def call(self, operation: str, information: str) -> tuple[int, etree._Element]:
        """Status and the document inside the answer (or the fault)."""
        body = self.envelope(operation, information)
        async with self.http.post(self.address, data=body, headers=self.headers) as response:
            root = etree.fromstring(await response.read())
            inner = root.findtext(".//return")
            return response.status, root if inner is None else etree.fromstring(
                inner[inner.index("?>") + 2 :]
            )

    async def submit(self, information: str) -> etree._Element:
        return (await self.call("submitCase", information))[1]

    async def query(self, number: str) -> etree._Element:
        """Ask for a case by our number."""
        head = _xml({"BBH": "1.0", "GLBH": number, "QHDM": "450000"})
        declared = f'<?xml version="1.0" encoding="gb2312"?><PACKAGE><HEAD>{head}</HEAD></PACKAGE>'
        return (await self.call("queryCase", declared))[1]
