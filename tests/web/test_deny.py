"""Every route denies by default: without a key, with a wrong one, with one that has not the right."""

import re

import pytest

from gateway.web.app import ENDPOINTS
from gateway.web.routes.described import Endpoint
from tests.web.checked import PUBLIC, Answer
from tests.web.people import case_of_somebody
from tests.web.service import Running, changed, key_of

GUARDED = [each for each in ENDPOINTS if each.right is not None]
WRONG = {
    "no key": {},
    "an empty key": {"Authorization": "Bearer "},
    "another key": {"Authorization": "Bearer test-key-of-nobody-at-all"},
    "another scheme": {"Authorization": "Basic dGVzdDp0ZXN0"},
    "the digest of a key": {
        "Authorization": "Bearer 2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"
    },
    "a key that is no ASCII": {"Authorization": "Bearer 钥匙"},
}


def path_of(endpoint: Endpoint) -> str:
    return re.sub(r"\{\w+\}", "01M7ZWW086DT8J2JM6T0Y9RXRE", endpoint.path)


def test_only_what_tells_nothing_of_anybody_is_public() -> None:
    assert {each.path for each in ENDPOINTS if each.right is None} == set(PUBLIC)


@pytest.mark.parametrize("headers", WRONG.values(), ids=WRONG)
@pytest.mark.parametrize("endpoint", GUARDED, ids=lambda each: f"{each.method} {each.path}")
async def test_a_route_denies_whoever_shows_no_good_key(
    service: Running, endpoint: Endpoint, headers: dict[str, str]
) -> None:
    answer = await service.ask(endpoint.method, path_of(endpoint), caller=None, **headers)
    assert (answer.status, _code(endpoint, answer)) == (401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("endpoint", GUARDED, ids=lambda each: f"{each.method} {each.path}")
async def test_a_route_denies_a_caller_without_the_right(service: Running, endpoint: Endpoint) -> None:
    """Before anything is read: neither a body nor a key is looked at."""
    answer = await service.ask(endpoint.method, path_of(endpoint), caller="nobody", data=b"\xff")
    assert (answer.status, _code(endpoint, answer)) == (403, "forbidden_operation")


def _code(endpoint: Endpoint, answer: Answer) -> str:
    """What an answer to HEAD says stands in its status alone (RFC 9110)."""
    if endpoint.method != "HEAD":
        return answer.code
    assert answer.raw == b""
    return {401: "unauthenticated", 403: "forbidden_operation"}[answer.status]


@pytest.mark.parametrize("which", ["k1", "k2"])
async def test_each_of_the_keys_of_a_caller_is_good(service: Running, which: str) -> None:
    answer = await service.ask("GET", "/v1/platforms", Authorization=f"Bearer {key_of('guichi', which)}")
    assert answer.status == 200


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
async def test_the_scheme_is_read_in_any_case(service: Running, scheme: str) -> None:
    answer = await service.ask("GET", "/v1/platforms", Authorization=f"{scheme} {key_of('guichi')}")
    assert answer.status == 200


async def test_rights_to_operations_are_patterns(service: Running) -> None:
    allowed = await service.ask("GET", "/v1/cases?number=1", caller="reader")
    denied = await service.ask("GET", "/metrics", caller="reader")
    assert (allowed.status, denied.code) == (200, "forbidden_operation")


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (b"Authorization: Bearer \xff\xfe", "unauthenticated"),
        (b"Authorization: \xe9", "unauthenticated"),
        (b"Accept-Language: \xff;q=\xfe", "unauthenticated"),
        (b"Content-Length: minus one", "malformed_request"),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 3", "malformed_request"),
        (b"X: " + b"a" * 9000, "malformed_request"),
    ],
)
async def test_bytes_that_are_no_text_are_a_problem_of_the_caller_and_not_of_ours(
    service: Running, header: bytes, code: str
) -> None:
    sent = b"GET /v1/platforms HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + header + b"\r\n\r\n"
    answer = await service.raw(sent)
    assert answer.code == code
    assert answer.headers["Tongban-Checkpoint"]


@pytest.mark.parametrize("path", PUBLIC)
async def test_what_is_public_needs_no_key(service: Running, path: str) -> None:
    answer = await service.ask("GET", path, caller=None)
    assert answer.status == 200


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"division": "440233"}, "forbidden_division"),
        ({"receiving__division": "330282"}, "forbidden_sender"),
        ({}, "forbidden_item"),  # 002014007000, and the caller may 0001*
    ],
)
async def test_rights_bound_divisions_senders_and_items(
    service: Running, key: str, values: dict[str, str], code: str
) -> None:
    case = changed(case_of_somebody(), **values)
    for path in ("/v1/cases", "/v1/preflight"):
        answer = await service.ask("POST", path, caller="bounded", body=case, Idempotency_Key=key)
        assert (answer.status, answer.code) == (403, code)


async def test_a_denial_repeats_nothing_of_the_case(service: Running, key: str) -> None:
    case = changed(case_of_somebody(), division="金雀丝")
    answer = await service.ask("POST", "/v1/cases", caller="bounded", body=case, Idempotency_Key=key)
    assert answer.code == "forbidden_division"
    assert "金雀丝" not in answer.text


@pytest.mark.parametrize("path", [each.path for each in ENDPOINTS])
async def test_another_method_is_told_which_ones_there_are(service: Running, path: str) -> None:
    concrete = re.sub(r"\{\w+\}", "01M7ZWW086DT8J2JM6T0Y9RXRE", path)
    methods = {each.method for each in ENDPOINTS if each.path == path}
    allowed = methods | ({"HEAD"} if "GET" in methods else set())
    for method in {"DELETE", "PUT", "PATCH", "OPTIONS", "GET", "POST"} - allowed:
        answer = await service.ask(method, concrete)
        assert (answer.status, answer.code) == (405, "wrong_method")
        assert set(answer.headers["Allow"].split(", ")) == allowed


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/cases/", "/v1/cases/x/y", "/v1/exchanges", "/admin", "/%00"]
)
async def test_any_other_address_is_a_problem_document_too(service: Running, path: str) -> None:
    answer = await service.ask("GET", path)
    assert answer.status == 404
    assert answer.code in {"no_route", "not_found"}


@pytest.mark.parametrize("path", ["/healthz", "/openapi.json", "/docs", "/v1/platforms", "/v1/cases/none"])
async def test_head_answers_like_get_without_the_body(service: Running, path: str) -> None:
    whole, head = await service.ask("GET", path), await service.ask("HEAD", path)
    assert (head.status, head.raw) == (whole.status, b"")
    for name in ("Content-Type", "Content-Length"):
        assert head.headers[name] == whole.headers[name]
