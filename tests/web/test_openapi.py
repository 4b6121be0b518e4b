"""The service describes itself: a valid OpenAPI 3.1 document, examples that are true, a page without a network."""

import json
import re
import shlex
from html import unescape
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import jsonschema_rs
import pytest

from gateway.errors import CODES
from gateway.web.openapi.document import ANY_ROUTE, example_case, example_joint
from gateway.web.routes.cases import ENDPOINTS
from tests.fakes import fixtures
from tests.fakes.checks import CHINA
from tests.web.checked import Answer
from tests.web.service import Running, key_of
from tests.web.visits import visit_of_somebody


@pytest.fixture
async def document(service: Running) -> dict[str, Any]:
    answer = await service.ask("GET", "/openapi.json", caller=None)
    described: dict[str, Any] = answer.document
    return described


async def test_every_route_is_described_in_both_languages(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    described = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert described == {(each.method, each.path) for each in ENDPOINTS}
    for methods in document["paths"].values():
        for operation in methods.values():
            assert re.search("[\u4e00-\u9fff]", operation["summary"])
            assert re.match("[A-Z][a-z]", operation["description"])


async def test_every_route_lists_the_problems_that_it_can_answer(document: dict[str, Any]) -> None:
    for endpoint in ENDPOINTS:
        responses = document["paths"][endpoint.path][endpoint.method.lower()]["responses"]
        listed = {
            code
            for response in responses.values()
            for code in response["content"].get("application/problem+json", {}).get("examples", {})
        }
        assert listed == {*endpoint.codes, *ANY_ROUTE}


async def test_only_guarded_routes_ask_for_a_key(document: dict[str, Any]) -> None:
    assert document["security"] == [{"bearer": []}]
    for endpoint in ENDPOINTS:
        operation = document["paths"][endpoint.path][endpoint.method.lower()]
        assert operation.get("security") == ([] if endpoint.right is None else None)


async def test_every_schema_is_one_and_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for reference in re.findall(r'"\$ref": ?"([^"]+)"', json.dumps(document)):
        assert reference.removeprefix("#/components/schemas/") in schemas
    for name, schema in schemas.items():
        jsonschema_rs.meta.validate({**schema, "$schema": "https://json-schema.org/draft/2020-12/schema"})
        jsonschema_rs.validator_for(
            {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
        )


async def test_the_canonical_case_stands_in_it_whole(document: dict[str, Any]) -> None:
    whole = {"$ref": "#/components/schemas/Case", "components": document["components"]}
    validator = jsonschema_rs.validator_for(whole)
    for name in fixtures.names():
        assert validator.is_valid(fixtures.case(name))
    assert not validator.is_valid({**fixtures.case("gd-person"), "mode": "by_pigeon"})
    assert document["components"]["schemas"]["Case"]["properties"]["applicant"]["title"] == "申请人"


async def test_every_example_of_a_problem_is_of_its_schema(document: dict[str, Any]) -> None:
    seen = set()
    for methods in document["paths"].values():
        for operation in methods.values():
            for response in operation["responses"].values():
                content = response["content"].get("application/problem+json")
                if content is None:
                    continue
                validator = jsonschema_rs.validator_for(
                    {**content["schema"], "components": document["components"]}
                )
                for code, example in content["examples"].items():
                    assert validator.is_valid(example["value"])
                    assert example["value"]["code"] == code
                    assert "?" not in example["value"].get("detail", "")
                    seen.add(code)
    assert seen == CODES.keys() - {"no_route", "case_ended"}


async def test_the_example_of_a_case_passes_every_check(service: Running) -> None:
    """Its times are of one morning; they are moved to now, as a caller would write them."""
    example = example_case()
    moved = fixtures.case("gd-person")
    times = ("receiving", "authorisation")
    case = {**example, **{name: moved[name] for name in times}}
    assert {name: part for name, part in example.items() if name not in times} == {
        name: part for name, part in moved.items() if name not in times
    }
    answer = await service.ask("POST", "/v1/preflight", body=case)
    assert answer.status == 200, answer.text
    assert CHINA.utcoffset(None) is not None


async def test_every_command_on_the_page_works(service: Running) -> None:
    text = (await service.ask("GET", "/docs", caller=None)).text
    commands = [unescape(found) for found in re.findall("<pre>(curl.*?)</pre>", text, re.DOTALL)]
    assert len(commands) == len(ENDPOINTS)
    for command in commands:
        answer = await _run(service, shlex.split(command.replace("\\\n", "")))
        known = answer.status == 404 and "-I" in command  # HEAD says no more than that
        known = known or answer.status < 300 or answer.code in ("not_found", "guide_unknown")
        assert known, (command, answer.raw)


async def _run(service: Running, words: list[str]) -> Answer:
    """What curl would ask; the ids of the examples are of nobody's case."""
    headers, query, body, content, method = {}, [], None, None, "GET"
    options = iter(words[1:-1])
    for option in options:
        if option == "-H":
            name, _, value = next(options).partition(": ")
            headers[name.replace("-", "_")] = value.replace("$KEY", key_of("guichi"))
        elif option == "-X":
            method = next(options)
        elif option == "-I":
            method = "HEAD"
        elif option == "--data-binary" and (name := next(options)) == "@material.pdf":
            content = b"%PDF-1.7"
        elif option == "--data-binary":
            moved = {name: fixtures.case("gd-person")[name] for name in ("receiving", "authorisation")}
            body = {**example_case(), **moved}
            if name == "@visit.json":
                body = visit_of_somebody("gd-person")
            if name == "@ticket.json":
                body = {"ticket": "of nobody"}
            if name == "@joint.json":  # the person has a case open by the command before
                body = {**example_joint(), **moved, "insist": {"reason": "另有一件"}}
        elif option == "--data-urlencode":
            name, _, value = next(options).partition("=")
            query.append(f"{name}={quote(value)}")
        else:
            assert option in ("-sS", "-G")
    path = words[-1].removeprefix("$HOST") + ("?" + "&".join(query) if query else "")
    return await service.ask(
        "POST" if body else method, path, caller=None, body=body, data=content, **headers
    )


class Page(HTMLParser):
    """What a browser would load, follow and run."""

    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.followed: set[str] = set()
        self.ids: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name == "href" and tag == "link":
                self.loaded.append(value or "")
            elif name == "href":
                self.followed.add(value or "")
            elif name in ("src", "style") or name.startswith("on"):
                self.loaded.append(f"{name}={value}")


async def test_the_page_loads_its_style_and_nothing_else(service: Running) -> None:
    answer = await service.ask("GET", "/docs", caller=None)
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
    page = Page()
    page.feed(answer.text)
    assert page.loaded == ["/docs.css"]
    assert not page.tags & {"script", "iframe", "img", "form", "style"}
    assert len(page.ids) == len(set(page.ids))
    assert {each for each in page.followed if not each.startswith("#")} == {"/openapi.json"}
    assert {each[1:] for each in page.followed if each.startswith("#")} <= set(page.ids)
    style = await service.ask("GET", "/docs.css", caller=None)
    assert (style.status, style.media) == (200, "text/css")
    assert "url(" not in style.text and "@import" not in style.text


async def test_the_page_shows_every_route_code_and_field(service: Running) -> None:
    text = (await service.ask("GET", "/docs", caller=None)).text
    for endpoint in ENDPOINTS:
        assert endpoint.path in text
        assert f'"$HOST{re.sub("{.*?}", "", endpoint.path).partition("//")[0]}' in text.replace("&quot;", '"')
    for code in CODES:
        assert f'id="{code}"' in text
    for field in ("applicant.id_number", "materials[].files[].digest", "insist.reason"):
        assert f"<code>{field}</code>" in text
