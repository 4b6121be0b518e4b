"""OpenAPI 3.1, made from the table of routes, the canonical schemas and the table of errors.

Summaries are in Chinese, descriptions in English; every answer that is a problem names its codes.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gateway import __version__
from gateway.errors import CODES, Refusal
from gateway.web.openapi.schemas import components
from gateway.web.problems import MEDIA
from gateway.web.problems import document_of as problem_of
from gateway.web.routes.described import JSON, Endpoint, Parameter, Success

EXAMPLE = Path(__file__).parent / "static" / "case.json"
ANY_ROUTE = ("malformed_request", "wrong_method")
Part = dict[str, Any]
_CHECKPOINT = {
    "description": "最新检查点（C2SP signed note，base64）。The newest checkpoint of the audit log; keep it.",
    "schema": {"type": "string"},
}
_HEADERS = {
    "Location": {"description": "交换的地址。Where the exchange is.", "schema": {"type": "string"}},
    "Retry-After": {"description": "多少秒之后再来。Seconds until it makes sense to come back.",
                    "schema": {"type": "integer"}},
    "Allow": {"description": "可用的方法。The methods that there are.", "schema": {"type": "string"}},
    **{
        name: {"description": f"{chinese}。{english}.", "schema": {"type": "string"}}
        for name, chinese, english in (
            ("Upload-Offset", "已收到多少字节", "Bytes that came so far"),
            ("Upload-Length", "文件字节数", "Bytes of the file"),
            ("Upload-Expires", "未被使用时保留到何时", "Until when it is kept if no case uses it"),
            ("Upload-Metadata", "对文件的说明", "What is known of the file"),
            ("Tus-Extension", "tus 扩展", "The extensions of tus that there are"),
            ("Tus-Max-Size", "最大字节数", "Bytes of the largest file"),
            ("Tus-Checksum-Algorithm", "校验算法", "The checksums that are known"),
            ("Repr-Digest", "整个文件的摘要（RFC 9530）", "Digest of the whole file (RFC 9530)"),
            ("Accept-Ranges", "可以只取一段", "That stretches can be had"),
            ("Content-Range", "哪一段", "Which stretch it is"),
            ("ETag", "此内容的标记", "The mark of this content"),
        )
    },
    "WWW-Authenticate": {"description": "Bearer", "schema": {"type": "string"}},
}  # fmt: skip
_FACTS: Mapping[str, str | int] = {
    "offset": 196608, "type": "application/pdf", "known": "application/pdf, image/jpeg",
    "most": 33554432, "line": 3, "column": 17, "path": "division", "name": "number", "count": 2,
    "operation": "case.submit", "division": "440232", "code": "11341702003279130M4002014007000",
    "lacking": "item_there", "from": "2027-01-01", "deciding_field": "unit", "here": "330282",
    "there": "440232", "mode": "joint", "document": "甲乙通办〔2026〕1号", "powers": "receive",
    "batch": "2026-1", "after": "2.0", "per_day": 20, "platforms": "sim-gd, sim-gx",
    "exchange": "01M7ZWW098WV6KEWG1ESFRB4QH", "cause": "queue",
    "alignments": "A-0001, A-0002", "alignment": "A-0001", "until": "2027-03-01", "since": "2026-07-01",
    "superseded_by": "11440232MB2D06811W4000117058000", "stated": 1, "version": 2, "changed": "name, unit",
    "state": "served", "number": "EB123456789CN", "platform": "sim-gd",
}  # fmt: skip


def document_of(endpoints: Sequence[Endpoint], contact: str = "") -> Part:
    """The whole document. contact: whom to ring, as the operators wrote it; "" for nobody."""
    paths: dict[str, Part] = {}
    for endpoint in endpoints:
        paths.setdefault(endpoint.path, {})[endpoint.method.lower()] = _operation(endpoint)
    about: Part = {
        "title": "通办 Tongban",
        "version": __version__,
        "summary": "跨省通办交换网关 / the exchange gateway for services handled across provinces",
        "description": "一套接口、一种词汇、一种错误格式。One API, one vocabulary, one shape of errors.",
    }
    if contact:
        about["contact"] = {"name": contact}
    return {
        "openapi": "3.1.1",
        "info": about,
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "接入方密钥。A caller's key, given out by the operators.",
                }
            },
        },
    }


def _schemas() -> Part:
    schemas = components()
    schemas["Case"] = {**schemas["Case"], "examples": [example_case()]}
    schemas["Joint"] = {**schemas["Joint"], "examples": [example_joint()]}
    return schemas


def example_case() -> Part:
    """A case of a made-up person, as a caller posts it."""
    case: Part = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    return case


def example_joint() -> Part:
    """The same person and papers, for the same item in two counties."""
    case = example_case()
    parts = [{"item": case["item"], "division": division} for division in (case["division"], "440233")]
    own = ("item", "division", "unit", "mode")
    return {**{name: part for name, part in case.items() if name not in own}, "parts": parts}


def _operation(endpoint: Endpoint) -> Part:
    operation: Part = {
        "operationId": _name_of(endpoint),
        "summary": endpoint.summary[0],
        "description": f"{endpoint.summary[1]}. {endpoint.about[1]}\n\n{endpoint.about[0]}",
        "responses": _responses(endpoint),
    }
    if endpoint.parameters:
        operation["parameters"] = [_parameter(each) for each in endpoint.parameters]
    if endpoint.body:
        operation["requestBody"] = {"required": True, "content": {JSON: {"schema": _schema(endpoint.body)}}}
    elif endpoint.streams:
        stream = {"type": "string", "format": "binary"}
        operation["requestBody"] = {"required": True, "content": {endpoint.streams: {"schema": stream}}}
    if endpoint.right is None:
        operation["security"] = []
    else:
        operation["x-right"] = endpoint.right
    return operation


def _name_of(endpoint: Endpoint) -> str:
    """Such as `get_v1_cases_id_progress`."""
    words = endpoint.path.replace("{", "").replace("}", "").replace(".", "_").strip("/").split("/")
    return "_".join((endpoint.method.lower(), *words))


def _parameter(parameter: Parameter) -> Part:
    return {
        "name": parameter.name,
        "in": parameter.where,
        "required": parameter.required,
        "description": f"{parameter.about[0]}。{parameter.about[1]}.",
        "schema": dict(parameter.schema),
        "example": parameter.example,
    }


def _responses(endpoint: Endpoint) -> dict[str, Part]:
    responses = {str(each.status): _success(each) for each in endpoint.successes}
    codes: dict[str, list[str]] = {}
    for code in (*endpoint.codes, *ANY_ROUTE):
        codes.setdefault(str(CODES[code].status), []).append(code)
    for status, names in sorted(codes.items()):
        problem = _problem(names)
        if status in responses:  # 503 of /readyz is an answer of its own, and may be a problem, too
            responses[status]["content"] |= problem["content"]
        else:
            responses[status] = problem
    return responses


def _success(success: Success) -> Part:
    headers = {"Tongban-Checkpoint": _CHECKPOINT} | {name: _HEADERS[name] for name in success.headers}
    schema = _schema(success.schema) if success.schema else {"type": "string"}
    return {
        "description": f"{success.about[0]}。{success.about[1]}.",
        "headers": headers,
        "content": {success.media: {"schema": schema}} if success.media else {},
    }


def _problem(codes: Sequence[str]) -> Part:
    """The answer of one status: each code that it can carry, with an example in Chinese."""
    status = CODES[codes[0]].status
    named = {429: ["Retry-After"], 503: ["Retry-After"], 405: ["Allow"], 401: ["WWW-Authenticate"]}
    said = [f"`{code}` {CODES[code].title[0]} / {CODES[code].title[1]}" for code in codes]
    only = {"type": "object", "properties": {"code": {"enum": list(codes)}}}
    return {
        "description": "\n\n".join(said),
        "headers": {"Tongban-Checkpoint": _CHECKPOINT}
        | {name: _HEADERS[name] for name in named.get(status, ())},
        "content": {
            MEDIA: {
                "schema": {"allOf": [_schema("Problem"), only]},
                "examples": {code: {"value": problem_of(_example(code), "zh")} for code in codes},
            }
        },
        "x-codes": list(codes),
    }


def _example(code: str) -> Refusal:
    """A refusal with just the facts that its sentences speak of."""
    named = "".join(CODES[code].detail)
    facts: dict[str, Any] = {name: fact for name, fact in _FACTS.items() if f"{{{name}}}" in named}
    return Refusal(code, **facts)


def _schema(name: str) -> Mapping[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}
