"""The second peer, frozen: the plain script that a competent engineer would write while keeping promise 1.

One file, uvloop, orjson, one client session; a commit before and after the send on the store's own thread (the
loop must not stand still for an fsync). It parses, copies fields by hand, signs, sends, looks at the code, and
answers. It checks nothing, encrypts nothing, proves nothing, and does not know what an unknown outcome is.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import sqlite3
import sys
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import orjson
import uvloop
import zeep
from aiohttp import ClientSession, DummyCookieJar, web
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from lxml import etree

SCHEMA = """
CREATE TABLE IF NOT EXISTS exchanges (id TEXT PRIMARY KEY, key TEXT UNIQUE, state TEXT, message BLOB, reply BLOB,
reference TEXT, created REAL, changed REAL)
"""


class Store:
    def __init__(self, path: str) -> None:
        self.db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self.db.execute("PRAGMA journal_mode=WAL")
        self.db.execute("PRAGMA synchronous=FULL")
        self.db.execute(SCHEMA)
        self.thread = ThreadPoolExecutor(1)

    async def run(self, sql: str, *parameters: Any) -> None:
        await asyncio.get_running_loop().run_in_executor(self.thread, self.db.execute, sql, parameters)


def stamp(text: str) -> str:
    return datetime.fromisoformat(text).strftime("%Y%m%d%H%M%S")


def rest_message(case: dict[str, Any], number: str) -> dict[str, Any]:
    applicant, receiving = case["applicant"], case["receiving"]
    return {
        "sblsh": number,
        "sxssbm": "11440232007340216X4002014007000",
        "sxmc": "失业登记",
        "sxbbh": "1",
        "slbmdm": "11440232007340216X",
        "xzqhdm": case["division"].ljust(12, "0"),
        "bjlx": {"1": "2", "2": "1"}.get(case["form"].get("project_type", "2"), "1"),
        "tbms": {"full_online": "0", "collect_for": "1"}[case["mode"]],
        "fsdwdm": receiving["unit"],
        "fsdwmc": receiving.get("unit_name"),
        "sqrlx": "1",
        "sqrxm": applicant["name"].strip(),
        "sqrzjlx": {"111": "10"}[applicant["id_type"]],
        "sqrzjhm": applicant["id_number"].upper(),
        "sqrxb": applicant.get("sex"),
        "sqrgj": applicant.get("nationality"),
        "sqrsjh": applicant.get("mobile"),
        "sqrdz": applicant.get("address"),
        "sqsj": stamp(receiving["received_at"]),
        "sqnr": case["form"].get("summary"),
        "sqyt": case["purpose"],
        "sqsbh": case["authorisation"]["reference"],
        "sfkd": {"1": "1", "0": "2"}[case["form"].get("express", "0")],
        "bz": case.get("note"),
        "sjxx": {
            "sjqhdm": receiving["division"],
            "sjdwdm": receiving["unit"],
            "sjdwmc": receiving.get("unit_name"),
            "sjsj": stamp(receiving["received_at"]),
        },
        "clxx": [
            {
                "clbm": m["code"],
                "clmc": m["name"],
                "clxs": m["form"],
                "fs": str(m["count"]),
                "xrdj": m["trust"],
            }
            for m in case["materials"]
        ],
    }


def soap_message(case: dict[str, Any], number: str) -> str:
    applicant, receiving = case["applicant"], case["receiving"]
    package = etree.Element("PACKAGE")
    head = etree.SubElement(package, "HEAD")
    for name, text in (
        ("BBH", "1.0"), ("FSDWDM", receiving["unit"]), ("FSDWMC", receiving.get("unit_name")),
        ("JSDWDM", "450000060000"), ("JSDWMC", "模拟桂山区公安厅"), ("YWLB", "YW01"), ("YWLBMC", "跨省通办"),
        ("GLBH", number), ("QHDM", case["division"]), ("FSSJ", stamp(receiving["received_at"])),
    ):  # fmt: skip
        etree.SubElement(head, name).text = text
    data = etree.SubElement(package, "DATA")
    record = etree.SubElement(data, "YWJL", SXH="1", LBDM="YW01")
    for name, text in (
        ("SXDM", "11450000007566021J200200603100001"), ("SXMC", "开具户籍类证明"), ("SXBB", "6"), ("TBFS", "1"),
        ("BJLX", "1"), ("SQRLX", "1"), ("SQRXM", applicant["name"]), ("SQRZJLX", applicant["id_type"]),
        ("SQRZJHM", applicant["id_number"]), ("SQRXB", applicant.get("sex")),
        ("SQRGJ", applicant.get("nationality")), ("SQRLXDH", applicant.get("mobile")),
        ("SQRDZ", applicant.get("address")), ("SJQHDM", receiving["division"]),
        ("SJDWDM", receiving["unit"]), ("SJDWMC", receiving.get("unit_name")),
        ("SJSJ", stamp(receiving["received_at"])),
        ("YT", case["purpose"]), ("BZ", case.get("note")),
    ):  # fmt: skip
        etree.SubElement(record, name).text = text
    for place, material in enumerate(case["materials"], 2):
        paper = etree.SubElement(data, "CLJL", SXH=str(place), LBDM="CL01")
        etree.SubElement(paper, "CLMC").text = material["name"]
    text = etree.tostring(package, encoding="unicode")
    text.encode("gbk")
    return f'<?xml version="1.0" encoding="gb2312"?>{text}'


class Session:
    """The two-step secret of gjgxjhpt."""

    def __init__(self, session: ClientSession, address: str) -> None:
        self.session, self.address, self.secret = session, address, ""

    def headers(self, secret: str, service: str) -> dict[str, str]:
        rtime = str(int(time.time() * 1000))
        signed = hmac.digest(secret.encode(), f"{service}demo-rid-0001{rtime}".encode(), "sha256")
        return {
            "gjgxjhpt_rid": "demo-rid-0001", "gjgxjhpt_sid": service, "gjgxjhpt_rtime": rtime,
            "gjgxjhpt_sign": base64.b64encode(signed).decode(), "Content-Type": "application/json",
        }  # fmt: skip

    async def refresh(self) -> None:
        fields = self.headers("demo-appkey", "s_sim_0001")
        async with self.session.post(f"{self.address}/sysapi/auth/refreshappsecret", json=fields) as response:
            sealed = base64.b64decode(orjson.loads(await response.read())["data"]["secret"])
        key = hashlib.sha1(hashlib.sha1(b"demo-appkey").digest()).digest()[:16]
        decryptor = Cipher(algorithms.AES(key), modes.ECB()).decryptor()
        plain = decryptor.update(sealed) + decryptor.finalize()
        self.secret = plain[: -plain[-1]].decode()


async def serve(dialect: str, target: str, database: str, wsdl: str) -> None:
    store = Store(database)
    client = ClientSession(cookie_jar=DummyCookieJar())
    session = Session(client, target)
    service = None
    if dialect == "rest":
        await session.refresh()
    else:
        contract = zeep.Client(wsdl)
        service = contract.create_service("{http://guishan.example/exchange}ExchangeSoapBinding", target)
        create = contract.create_message

    async def submit(request: web.Request) -> web.Response:
        case = orjson.loads(await request.read())
        exchange, now = uuid.uuid4().hex, time.time()
        if dialect == "rest":
            body = orjson.dumps(rest_message(case, exchange))
            url, headers = f"{target}/api/v2/cases", session.headers(session.secret, "s_sim_0001")
        else:
            envelope = create(
                service,
                "submitCase",
                licence="GS-DEMO-LICENCE-0001",
                information=soap_message(case, exchange),
            )
            body = etree.tostring(envelope, xml_declaration=True, encoding="utf-8")
            url, headers = target, {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": '""'}
        await store.run(
            "INSERT INTO exchanges VALUES (?, ?, 'sending', ?, NULL, NULL, ?, ?)",
            exchange, request.headers["Idempotency-Key"], body, now, now,
        )  # fmt: skip
        async with client.post(url, data=body, headers=headers) as response:
            raw = await response.read()
        if dialect == "rest":
            answer = orjson.loads(raw)
            taken, reference = answer["code"] == "200", answer["data"]["caseNo"]
        else:
            inner = etree.fromstring(raw).findtext(".//return") or ""
            package = etree.fromstring(inner.partition("?>")[2] or inner)
            taken, reference = package.findtext("HEAD/CODE") == "0", package.findtext("HEAD/YWLSH")
        await store.run(
            "UPDATE exchanges SET state = ?, reply = ?, reference = ?, changed = ? WHERE id = ?",
            "delivered" if taken else "refused", raw, reference, time.time(), exchange,
        )  # fmt: skip
        shown = {"exchange": exchange, "state": "delivered" if taken else "refused", "reference": reference}
        return web.Response(
            body=orjson.dumps(shown), status=201 if taken else 422, content_type="application/json"
        )

    app = web.Application()
    app.router.add_post("/v1/cases", submit)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(json.dumps({"address": f"http://127.0.0.1:{runner.addresses[0][1]}"}), flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve(*sys.argv[1:5]))
