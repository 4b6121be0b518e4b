"""A throw-away installation: conf folder, caller keys, simulated platforms and a gateway as real processes."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from gateway.settings.conf import load
from tests.empty import new_file
from tests.fakes.fronts import FARS, address_of
from tests.waiting import LONGEST_S

CHECKOUT = Path(__file__).resolve().parent.parent
CALLERS = {
    "guichi": ("模拟贵池区政务服务平台", ["341702"]),
    "cixi": ("模拟慈溪市政务服务平台", ["330282"]),
}
GATEWAY_YAML = """\
name: demo.tongban.example/log
listen: {{host: 127.0.0.1, port: "{port}"}}
database: {database}
platforms: [{folders}]
catalogue: [{catalogue}/items.csv, {catalogue}/alignments.csv]
bounds: {bounds}
"""
SQLITE = "sqlite:///state/tongban.db"
BOUNDS = {"lease_margin_s": 1.0, "wait_s": 5.0}
CALLER_YAML = """\
caller: {name}
title: {title}
speaks_for: {speaks_for}
keys: [{{id: k1, sha256: {digest}}}]
rights: {{operations: ["*"], divisions: ["*"], items: ["*"]}}
"""
PLATFORMS = {
    "sim-gd": (
        "tests.fakes.gd",
        "settings: {rid: demo-rid-0001}\nsecrets: {appkey: {file: appkey}}\n"
        'inward: {speaks_for: ["44023*"], settings: {rid: demo-rid-0001}, secrets: {appkey: {file: appkey}},'
        ' rights: {operations: ["case.*"], divisions: ["450000"], items: ["*"]}}\n',
    ),
    "sim-gx": (
        "tests.fakes.gx",
        "secrets: {licence: {file: licence}}\n"
        'inward: {speaks_for: ["45*"], secrets: {licence: {file: licence}}}\n',
    ),
}
MORE = {  # declared beside them, and running where a test asks for them
    "sim-sj": ("tests.fakes.sj", "settings: {paasid: demo-paas}\nsecrets: {token: {file: tif-token}}\n"),
    "sim-yb": (
        "tests.fakes.yb",
        "settings: {user: demo-yb-user}\nsecrets: {password: {file: yb-password}}\n",
    ),
    "sim-yh": (
        "tests.fakes.yh",
        "settings: {app_key: demo-yh-appkey}\nsecrets: {app_secret: {file: yh-appsecret}}\n",
    ),
}
NOWHERE = "http://127.0.0.1:9"
SECRETS = {
    "appkey": "demo-appkey",
    "licence": "GS-DEMO-LICENCE-0001",
    "tif-token": "demo-tif-token",
    "yb-password": "demo-yb-password",
    "yh-appsecret": "demo-yh-appsecret",
}
EXAMPLES = CHECKOUT / "mappings" / "examples"


@dataclass(slots=True)
class Process:
    """A child process that says where it listens in its first line of output.

    python: what runs it, else an interpreter of its own (tests/forked has a quicker one).
    """

    arguments: list[str]
    said: dict[str, Any] = field(default_factory=dict)
    child: asyncio.subprocess.Process | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    errors: Path | None = None
    python: Sequence[str] = (sys.executable,)

    async def start(self) -> dict[str, Any]:
        stderr = self.errors.open("ab") if self.errors else None
        self.child = await asyncio.create_subprocess_exec(
            *self.python, "-m", *self.arguments, stdout=asyncio.subprocess.PIPE, stderr=stderr, cwd=CHECKOUT,
            env={**os.environ, **self.environment},
        )  # fmt: skip
        assert self.child.stdout
        async with asyncio.timeout(LONGEST_S):
            line = await self.child.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.arguments[0]} did not start (exit {await self.child.wait()})")
        self.said = json.loads(line)
        return self.said

    async def kill(self) -> None:
        """SIGKILL: nothing is said good-bye to."""
        await self.end(signal.SIGKILL)

    async def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        if self.child is None:
            return 0
        if self.child.returncode is None:
            with suppress(ProcessLookupError):  # Ctrl-C reaches a whole group of processes
                self.child.send_signal(how)
        return await self.child.wait()


@dataclass(slots=True)
class Installation:
    """A conf folder in a temporary place, the processes round it, and a client that knows the keys."""

    folder: Path
    stands: Mapping[str, tuple[str, str]] = field(default_factory=lambda: PLATFORMS)
    folders: tuple[Path, ...] = (EXAMPLES,)
    python: Sequence[str] = (sys.executable,)
    platforms: dict[str, Process] = field(default_factory=dict)
    gateway: Process | None = None
    gateways: list[Process] = field(default_factory=list)
    keys: dict[str, str] = field(default_factory=dict)
    client: ClientSession | None = None

    @property
    def conf(self) -> Path:
        return self.folder / "conf"

    @property
    def database(self) -> Path:
        return self.folder / "state" / "tongban.db"

    @property
    def address_of_database(self) -> str:
        """As the gateway reaches it."""
        return load(self.conf).database

    @property
    def address(self) -> str:
        assert self.gateway
        return str(self.gateway.said["address"])

    @property
    def log_key(self) -> str:
        """The public key of the log, as the gateway said it."""
        assert self.gateway
        return str(self.gateway.said["log_key"])

    def write(self, *, port: int = 0, database: str = SQLITE, **bounds: float) -> None:
        """The conf folder, before the platforms are up."""
        for part in ("callers", "platforms"):
            (self.conf / part).mkdir(parents=True, exist_ok=True)
        (self.conf / "gateway.yaml").write_text(
            GATEWAY_YAML.format(
                port=port, folders=", ".join(map(str, self.folders)), database=database,
                catalogue=CHECKOUT / "mappings" / "catalogue",
                bounds=json.dumps({name: str(bound) for name, bound in {**BOUNDS, **bounds}.items()}),
            )
        )  # fmt: skip
        for name, (title, speaks_for) in CALLERS.items():
            self.keys[name] = f"demo-key-of-{name}"
            digest = sha256(self.keys[name].encode()).hexdigest()
            written = CALLER_YAML.format(
                name=name, title=title, speaks_for=json.dumps(speaks_for), digest=digest
            )
            (self.conf / "callers" / f"{name}.yaml").write_text(written)
        for name, secret in SECRETS.items():
            (self.folder / name).write_text(secret)
        for name in FARS:
            self.point(name, address_of(name, self.folder))
        for name in MORE:
            self.point(name, NOWHERE)

    async def start_platforms(self, *arguments: str) -> None:
        for name, (module, _) in self.stands.items():
            ledger = str(self.folder / f"{name}.sqlite")
            command = [module, "--port", "0", "--database", ledger, *arguments]
            self.platforms[name] = Process(command, python=self.python)
        for name, said in zip(
            self.platforms,
            await asyncio.gather(*(each.start() for each in self.platforms.values())),
            strict=True,
        ):
            self.point(name, said["address"])

    def point(self, platform: str, address: str) -> None:
        """Write where a platform is reached."""
        rest = "" if platform in FARS else {**MORE, **self.stands}[platform][1]
        written = f"platform: {platform}\naddress: {address}\n{rest}"
        (self.conf / "platforms" / f"{platform}.yaml").write_text(written)

    async def start_gateway(self, module: str = "gateway.cli", *arguments: str, **environment: str) -> None:
        """The gateway that is spoken to from now on; on a database server it may be one of several."""
        command = [
            module,
            *(["serve"] if module == "gateway.cli" else []),
            "--conf",
            str(self.conf),
            *arguments,
        ]
        errors = self.folder / "gateway.log"
        self.gateway = Process(command, environment=environment, errors=errors, python=self.python)
        self.gateways.append(self.gateway)
        await self.gateway.start()

    def caller_of(self, document: Mapping[str, Any]) -> str:
        division = document["receiving"]["division"]
        return next(name for name, (_, speaks_for) in CALLERS.items() if division in speaks_for)

    async def call(
        self, method: str, path: str, *, caller: str = "guichi", body: Any = None, **headers: str
    ) -> tuple[int, Any, Mapping[str, str]]:
        """(status, document or text, headers) of one request to the gateway."""
        assert self.client
        sent = {"Authorization": f"Bearer {self.keys[caller]}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client.request(method, self.address + path, json=body, headers=sent) as response:
            is_json = "json" in response.content_type
            return response.status, await (response.json() if is_json else response.text()), response.headers

    async def submit(
        self, document: Mapping[str, Any], key: str, **headers: str
    ) -> tuple[int, Any, Mapping[str, str]]:
        caller = self.caller_of(document)
        return await self.call(
            "POST", "/v1/cases", caller=caller, body=document, Idempotency_Key=key, **headers
        )

    async def control(self, platform: str, path: str, body: Any = None, method: str = "") -> Any:
        """Speak to the control interface of a simulated platform; POST if there is a body, or as `method` says."""
        assert self.client
        address = str(self.platforms[platform].said["control"]) + "/_sim/" + path
        method = method or ("GET" if body is None else "POST")
        async with self.client.request(method, address, json=body) as response:
            response.raise_for_status()
            return await response.json()

    async def stop(self) -> None:
        for process in (*self.gateways, *self.platforms.values()):
            await process.end()
        if self.client:
            await self.client.close()


@asynccontextmanager
async def installed(
    folder: Path,
    *,
    platforms: bool = True,
    stands: Mapping[str, tuple[str, str]] = PLATFORMS,
    folders: tuple[Path, ...] = (EXAMPLES,),
    python: Sequence[str] = (sys.executable,),
    **written: Any,
) -> AsyncIterator[Installation]:
    """An installation with its simulated platforms running; the gateway is for the test to start.

    stands: platform -> (module of its simulator, rest of its conf file); folders: where they are declared.
    python: what runs them all.
    """
    installation = Installation(folder, stands, folders, python)
    installation.write(**written)
    if "database" not in written:
        new_file(installation.database)
    installation.client = ClientSession()
    try:
        if platforms:
            await installation.start_platforms()
        yield installation
    finally:
        await installation.stop()
