"""Whoever is refused stands in the log: by minute and source, with no value of what they asked."""

from typing import Any

import orjson

from gateway.evidence.attempts import MOST_SOURCES, OTHERS
from tests.web.service import Running


async def attempts(service: Running) -> list[dict[str, Any]]:
    await service.gateway.attempts.look(now=True)

    def look(connection: Any) -> list[dict[str, Any]]:
        rows = connection._driver.execute(
            "SELECT body FROM audit_entries WHERE kind = 'attempts.refused' ORDER BY position"
        )
        return [orjson.loads(row[0]) for row in rows.fetchall()]

    return await service.gateway.store.read(look)


async def test_refusals_are_counted_by_caller_and_by_address(service: Running, key: str) -> None:
    before = len(await attempts(service))
    for _ in range(3):
        assert (await service.ask("GET", "/v1/cases/X", caller=None)).status == 401
    assert (
        await service.ask("POST", "/v1/cases", body={"applicant": "330282199001011234"}, Idempotency_Key=key)
    ).status >= 400
    assert (await service.ask("GET", "/v1/cases/01M7ZWW086DT8J2JM6T0Y9RXRE")).status == 404
    said = (await attempts(service))[before:]
    counted = {each["source"]: each["codes"] for each in said}
    (address,) = (each for each in counted if each.startswith("address:"))
    assert counted[address] == ["unauthenticated 3"]
    assert {code.split()[0] for code in counted["guichi"]} >= {"not_found"}
    assert sum(each["count"] for each in said) == 5
    assert "127.0.0.1" not in str(said) and "330282" not in str(said)


async def test_there_are_never_too_many_entries_of_a_minute_and_none_is_told_twice(service: Running) -> None:
    before, noted = len(await attempts(service)), MOST_SOURCES + 11
    for number in range(noted):
        service.gateway.attempts.note("unauthenticated", address=f"10.0.0.{number}")
    said = (await attempts(service))[before:]
    assert sum(each["count"] for each in said) == noted
    of_minute = {each["minute"] for each in said}
    assert len(said) <= len(of_minute) * (MOST_SOURCES + 1)
    assert [each["count"] for each in said if each["source"] == OTHERS] == [11] or len(of_minute) > 1
    assert len(await attempts(service)) == before + len(said)
