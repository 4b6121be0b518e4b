"""Who comes in to a simulated platform: session secrets are given and end, and signatures are made again."""

import re
import subprocess
import time
from pathlib import Path
from random import Random
from typing import Any

import pytest
from aiohttp import ClientSession
from yarl import URL

from adapters.auth.gjgxjhpt import appkey_to_aes, open_secret
from adapters.auth.scheme import Moment
from adapters.auth.schemes import RENEWING, SCHEMES
from adapters.message import Access, Message, Request
from gateway.releases.compiled import PlatformRelease
from gateway.workbench.simulate.gate import Gate, gate_of
from gateway.workbench.simulate.session import sealed
from tests.fakes import fixtures
from tests.forked import python
from tests.installation import CHECKOUT
from tests.waiting import LONGEST_S
from tests.workbench.made import EXAMPLES, example, simulated
from tests.workbench.standing import SECRETS, SETTINGS, standing

THEN_MS = 1_600_000_000_000  # of the published vectors
SIGNED = {  # platform, whom it names, by which secret
    "gjgxjhpt": ("gd", "rid", "appkey"),
    "gjzwfwpt": ("gd", "rid", "appkey"),
    "oauth2": ("gd", "client_id", "client_secret"),
    "hmac": ("gd", "app_key", "app_secret"),
    "basic": ("gd", "user", "password"),
    "bearer": ("gd", "", "token"),
    "tif": ("sj", "paasid", "token"),
    "zj": ("yh", "app_key", "app_secret"),
    "ws-security": ("yb", "user", "password"),
}


def signing(auth: str) -> PlatformRelease:
    """One of the simulated platforms, signed for by this scheme."""
    name = f"sim-{SIGNED[auth][0]}"
    written = (EXAMPLES / name / "platform.yaml").read_text("utf-8")
    own = next(line for line in written.splitlines() if line.startswith("auth:"))
    return example(name, **{"platform.yaml": written.replace(own, f"auth: {auth}")})


def case(auth: str) -> dict[str, Any]:
    return fixtures.admitted(f"{SIGNED[auth][0]}-person")


def test_every_scheme_that_signs_is_verified() -> None:
    assert {*SIGNED, "none", "mutual-tls"} == set(SCHEMES)


@pytest.mark.parametrize("auth", SIGNED)
async def test_who_signs_as_agreed_comes_in(auth: str) -> None:
    async with standing(signing(auth)) as there:
        assert (await there.submitted(case(auth))).verdict == "taken"
        given = ["secret given"] if auth in RENEWING else []
        assert there.outcomes() == [*given, "taken"]


@pytest.mark.parametrize("auth", SIGNED)
async def test_a_wrong_secret_is_barred_as_the_sample_says(auth: str) -> None:
    wrong = {**SECRETS, SIGNED[auth][2]: "another"}
    async with standing(signing(auth), secrets=wrong) as there:
        assert (await there.submitted(case(auth))).verdict == "barred"
        expected = "secret refused" if auth in RENEWING else "barred: wrong signature"
        assert there.outcomes() == [expected]
        assert there.made.play.taken == {}


@pytest.mark.parametrize("auth", [each for each in SIGNED if SIGNED[each][1]])
async def test_somebody_else_is_barred(auth: str) -> None:
    other = {**SETTINGS, SIGNED[auth][1]: "somebody"}
    async with standing(signing(auth), settings=other) as there:
        assert (await there.submitted(case(auth))).verdict == "barred"


@pytest.mark.parametrize("auth", sorted(RENEWING))
async def test_a_secret_that_has_ended_is_barred_and_the_next_one_is_good(auth: str) -> None:
    """The second one of Zhejiang is fetched with the refresh secret of the first."""
    now = [time.time_ns() // 10**6]
    async with standing(signing(auth), clock_ms=lambda: now[0], life_s=60) as there:
        document = case(auth)
        assert (await there.submitted(document)).verdict == "taken"
        now[0] += 61_000
        assert (await there.submitted(document)).verdict == "barred"
        assert there.outcomes()[-1] == "barred: no secret is good any more"
        assert (await there.submitted(document)).verdict in ("already", "taken")
        assert there.outcomes().count("secret given") == 2


@pytest.mark.parametrize("auth", sorted(RENEWING))
async def test_an_expired_secret_as_a_fault_is_healed_by_a_new_one(auth: str) -> None:
    async with standing(signing(auth), faults={"expired_secret": 1.0}) as there:
        assert (await there.submitted(case(auth))).verdict == "barred"
        assert (there.made.gate.given.live(0), there.made.play.taken) == ([], {})
    async with standing(signing(auth), faults={"expired_secret": 0.5}, seed=3) as there:
        verdicts = [(await there.submitted(case(auth))).verdict for _ in range(12)]
        assert {"barred"} < set(verdicts)
        assert there.outcomes().count("secret given") == verdicts[:-1].count("barred") + 1


async def test_a_request_without_a_signature_of_another_time_or_another_service_is_barred() -> None:
    release = signing("gjgxjhpt")
    async with standing(release) as there:
        gate, asked = there.made.gate, there.speaker.encode
        await there.submitted(case("gjgxjhpt"))
        (secret,) = gate.given.live(0)
        from_now = time.time_ns() // 10**6

        def why(service: str, at_ms: int) -> str:
            request = _bare(asked, release)
            signature = gate.scheme.sign(request, Moment(service, secret, at_ms, b""))
            return gate.why_not("case.submit", _with(request, dict(signature.headers)))

        assert gate.why_not("case.submit", _bare(asked, release)) == "not signed"
        assert why("s_sim_0001", from_now - 600_000) == "signed at another time"
        assert why("s_sim_0002", from_now) == "signed for another service"
        assert why("s_sim_0001", from_now) == ""


def _bare(encode: Any, release: PlatformRelease) -> Request:
    made: Request = encode(Message("case.submit", release.mappings["case.submit"](case("gjgxjhpt"))))
    return made


def _with(request: Request, headers: dict[str, str]) -> Request:
    return Request(request.method, request.url, {**request.headers, **headers}, request.body)


@pytest.mark.parametrize("names", ["prefixed", "bare"])
async def test_what_soap_repeats_in_its_header_is_verified_there(names: str) -> None:
    written = (EXAMPLES / "sim-yb" / "platform.yaml").read_text("utf-8")
    written = re.sub("auth: .*", "auth: gjgxjhpt", written)
    written = re.sub(r"( +call: (\w+))", r"\1\n    service: s_\2", written)
    release, settings = example("sim-yb", **{"platform.yaml": written}), {**SETTINGS, "soap_names": names}
    async with standing(release, settings=settings) as there:
        reply = await there.submitted(fixtures.admitted("yb-person"))
        assert reply.verdict == (
            "taken" if names == "prefixed" else "barred"
        )  # it has no such setting itself


async def test_a_wrong_licence_in_an_argument_is_barred() -> None:
    document = fixtures.admitted("gx-person")
    async with standing(example("sim-gx"), secrets={"licence": "another"}) as there:
        assert (await there.submitted(document)).verdict == "barred"
        assert there.outcomes() == ["barred: wrong licence"]
    async with standing(example("sim-gx")) as there:
        assert (await there.submitted(document)).verdict == "taken"


# ---- the published vectors -------------------------------------------------------------------------------


def gate(auth: str, **given: str) -> Gate:
    """At the time of the vectors, with their credential; given: a session secret that was given then."""
    access = Access(
        "", {"rid": "demo-rid-0001", "app_key": "demo-appkey", "paasid": "demo-paas"},
        {"appkey": "demo-appkey", "app_secret": "demo-secret", "token": "demo-token"},
    )  # fmt: skip
    platform = signing(auth).declared
    submit = platform.operations["case.submit"].model_copy(update={"service": "s_demo_0001"})
    platform = platform.model_copy(update={"operations": {"case.submit": submit}})
    made = gate_of(platform, access, chance=Random(1), clock_ms=lambda: THEN_MS)
    made.given.secrets.update(dict.fromkeys(given.values(), THEN_MS + 1))
    return made


def request(url: str = "http://h/x", **headers: str) -> Request:
    return Request("POST", URL(url), {name.replace("__", "-"): each for name, each in headers.items()}, b"")


def test_the_vector_of_the_national_platform_comes_in_and_nothing_beside_it() -> None:
    there = gate("gjgxjhpt", secret="demo-secret")
    signed = {
        "gjgxjhpt_rid": "demo-rid-0001", "gjgxjhpt_sid": "s_demo_0001", "gjgxjhpt_rtime": str(THEN_MS),
        "gjgxjhpt_sign": "banx+jAYVx56rBhC9hbfwisVmZJKzhVbZvFLZMZIwt8=",
    }  # fmt: skip
    assert there.why_not("case.submit", request(**signed)) == ""
    for name, value in {
        "gjgxjhpt_rtime": str(THEN_MS + 1),
        "gjgxjhpt_sign": "banx",
        "gjgxjhpt_rid": "x",
    }.items():
        assert there.why_not("case.submit", request(**{**signed, name: value})) == "wrong signature"


def test_the_vector_of_zhejiang_comes_in_and_nothing_beside_it() -> None:
    there = gate("zj", secret="demo-secret")
    url = f"http://h/x?appKey=demo-appkey&requestTime={THEN_MS}&sign="
    assert there.why_not("case.submit", request(url + "c69e17b1299acdac95532db20695ddd7")) == ""
    assert (
        there.why_not("case.submit", request(url + "c69e17b1299acdac95532db20695ddd8")) == "wrong signature"
    )
    assert there.why_not("case.submit", request("http://h/x?appKey=demo-appkey")) == "not signed"


def test_the_vector_of_tif_comes_in_and_nothing_beside_it() -> None:
    there = gate("tif")
    digest = "792c16148ff61919a4cbd83610558ea954c1a1177b5ff9a22ed0da378e4ef14d".upper()
    signed = {
        "x__tif__paasid": "demo-paas", "x__tif__timestamp": "1600000000", "x__tif__nonce": "0123abcd",
        "x__tif__signature": digest, "x__tif__serviceId": "s_demo_0001",
    }  # fmt: skip
    assert there.why_not("case.submit", request(**signed)) == ""
    assert (
        there.why_not("case.submit", request(**{**signed, "x__tif__nonce": "0123abce"})) == "wrong signature"
    )


def test_a_secret_is_sealed_as_the_published_vector_is() -> None:
    assert appkey_to_aes("demo-appkey").hex() == "184cf440a649665776dd4583990aeab1"
    vector = "uaFCKHK/4nnDTN1rISjvBUB95eeLR16D4057zf0ZP/Q="
    assert sealed("demo-session-secret", "demo-appkey") == vector
    assert open_secret(vector, "demo-appkey") == "demo-session-secret"


# ---- the command and whose secrets it has ----------------------------------------------------------------

CONF = """platform: sim-gd
address: http://127.0.0.1:1
settings: {rid: demo-rid}
secrets: {appkey: {file: appkey}}
test:
  address: http://127.0.0.1:1
  settings: {rid: demo-rid}
  secrets: {appkey: {file: appkey.test}}
"""


@pytest.mark.parametrize(("more", "appkey"), [((), "of production"), (("--test",), "of the test")])
async def test_the_command_has_the_secrets_that_conf_names(
    tmp_path: Path, more: tuple[str, ...], appkey: str
) -> None:
    (tmp_path / "conf" / "platforms").mkdir(parents=True)
    (tmp_path / "conf" / "gateway.yaml").write_text("name: simulate.invalid/log\n")
    (tmp_path / "conf" / "platforms" / "sim-gd.yaml").write_text(CONF)
    (tmp_path / "appkey").write_text("of production")
    (tmp_path / "appkey.test").write_text("of the test")
    async with simulated(EXAMPLES / "sim-gd", "--conf", str(tmp_path / "conf"), *more) as address:
        for key, code in ((appkey, "0"), ("another", "E-106")):
            scheme = SCHEMES["gjgxjhpt"](Access(address, {"rid": "demo-rid"}, {"appkey": key}))
            (asking,) = scheme.asks(Moment("s_sim_0001", "", time.time_ns() // 10**6, b""))
            async with ClientSession() as client, client.post(asking.url, data=asking.body) as answer:
                assert (await answer.json())["code"] == code


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((EXAMPLES / "sim-gx", "--faults", "expired-secret=5"), "has no session secret that could expire"),
        ((EXAMPLES / "sim-desk",), "speaks desk, and only rest, soap, table, folder can be simulated"),
    ],
)
def test_what_cannot_be_served_is_told(arguments: tuple[object, ...], told: str) -> None:
    command = [*python(), "-m", "gateway.cli", "platform", "simulate", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=CHECKOUT, capture_output=True, text=True, timeout=LONGEST_S, check=False
    )
    assert done.returncode == 2
    assert told in done.stderr
