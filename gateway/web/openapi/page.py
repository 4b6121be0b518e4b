"""/docs: the OpenAPI document as one page in Chinese and English, with nothing from elsewhere and no script."""

import json
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from gateway.errors import CODES

Part = Mapping[str, Any]
_PARTIES = {"caller": "接入方 caller", "gateway": "网关 gateway", "platform": "对方平台 platform"}
_DEEPEST = 6


def page_of(document: Part) -> str:
    """The whole page; `document` is what gateway.web.openapi.document makes."""
    operations = [
        (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    about = document["info"]
    contact = about.get("contact", {}).get("name", "")
    return "".join((
        "<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">",
        f"<title>{escape(about['title'])}</title>",
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/docs.css"></head><body>',
        f"<header><h1>{escape(about['title'])} <small>{escape(about['version'])}</small></h1>",
        f"<p>{escape(about['summary'])}</p><p>{escape(about['description'])}</p>",
        _START,
        f"<p>联系人 / whom to ring: {escape(contact)}</p>" if contact else "",
        "</header><nav><ul>",
        *(_link(method, path, operation) for method, path, operation in operations),
        '<li><a href="#Case">办件 case</a></li><li><a href="#codes">错误代码 problem codes</a></li>',
        "</ul></nav><main>",
        *(_operation(method, path, operation) for method, path, operation in operations),
        _body("Case", document["components"]["schemas"]),
        _codes(),
        "</main></body></html>\n",
    ))  # fmt: skip


_START = (
    "<p>除下文注明者外，每个请求须携带 <code>Authorization: Bearer 密钥</code>。每个答复都带 "
    "<code>Tongban-Checkpoint</code>（base64 的检查点），请留存：日后可凭它证明日志未被改动。<br>"
    "Unless said otherwise, every request carries <code>Authorization: Bearer KEY</code>. Every answer carries "
    "<code>Tongban-Checkpoint</code> (a checkpoint in base64): keep them; they prove that the log was not "
    'altered. <a href="/openapi.json">OpenAPI 3.1</a></p>'
)


def _link(method: str, path: str, operation: Part) -> str:
    return f'<li><a href="#{operation["operationId"]}">{method} {escape(path)}</a></li>'


def _operation(method: str, path: str, operation: Part) -> str:
    english, _, chinese = operation["description"].partition("\n\n")
    right = operation.get("x-right")
    needs = f"所需权限 / right: <code>{right}</code>" if right else "公开 / public"
    return "".join((
        f'<section id="{operation["operationId"]}"><h2><b class="{method}">{method}</b> ',
        f"<code>{escape(path)}</code> ",
        f"{escape(operation['summary'])}</h2><p>{escape(chinese)}</p><p>{escape(english)}</p><p>{needs}</p>",
        _parameters(operation.get("parameters", ())),
        _of_body(_media(operation)),
        "<table><tr><th>HTTP<th>答复 / answer</tr>",
        *(_response(status, response) for status, response in operation["responses"].items()),
        f"</table><pre>{escape(curl_of(method, path, operation))}</pre></section>",
    ))  # fmt: skip


def curl_of(method: str, path: str, operation: Part) -> str:
    """A command that works once KEY, HOST and case.json (of joint cases: joint.json) are there."""
    examples = {each["name"]: each["example"] for each in operation.get("parameters", ())}
    address = path
    query: list[str] = []
    headers: list[str] = []
    for each in operation.get("parameters", ()):
        value = examples[each["name"]]
        if each["in"] == "path":
            address = address.replace(f"{{{each['name']}}}", value)
        elif each["in"] == "header" and (each["required"] or value):
            headers.append(f"-H '{each['name']}: {value}'")
        elif each["in"] == "query" and (each["required"] or len(query) < 1):
            query.append(f"--data-urlencode '{each['name']}={value}'")
    words = ["curl -sS"]
    if operation.get("x-right"):
        words.append('-H "Authorization: Bearer $KEY"')
    words += headers
    if method == "HEAD":
        words.append("-I")
    elif method != "GET" and not query and _media(operation) != "application/json":
        words.append(f"-X {method}")
    if media := _media(operation):
        file = _file_of(operation) if media == "application/json" else "material.pdf"
        words.append(f"-H 'Content-Type: {media}' --data-binary @{file}")
    words += ["-G", *query] if query else []
    return " \\\n  ".join([*words, f'"$HOST{address}"'])


def _file_of(operation: Part) -> str:
    """Where the body of a command stands."""
    schema = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    return {"Joint": "joint.json", "VisitAsked": "visit.json", "Ticket": "ticket.json"}.get(
        schema.rpartition("/")[2], "case.json"
    )


def _media(operation: Part) -> str:
    """Of the body that it takes, "" if it takes none."""
    return next(iter(operation.get("requestBody", {}).get("content", {})), "")


def _of_body(media: str) -> str:
    if media == "application/json":
        return '<p>请求体 / body: <a href="#Case">办件 case</a></p>'
    return f"<p>请求体 / body: <code>{media}</code></p>" if media else ""


def _parameters(parameters: Iterable[Part]) -> str:
    rows = [
        f"<tr><td><code>{escape(each['name'])}</code><td>{each['in']}<td>{_needed(each['required'])}"
        f"<td>{escape(each['description'])}</tr>"
        for each in parameters
    ]
    return f"<table><tr><th>参数 / parameter<th>位置 / in<th><th></tr>{''.join(rows)}</table>" if rows else ""


def _response(status: str, response: Part) -> str:
    codes = response.get("x-codes")
    said = (
        " ".join(f'<a href="#{code}"><code>{code}</code></a>' for code in codes)
        if codes
        else escape(response["description"])
    )
    return f"<tr><td>{status}<td>{said}</tr>"


def _body(name: str, schemas: Part) -> str:
    """The case, field by field, and an example."""
    example = json.dumps(_example(schemas), ensure_ascii=False, indent=1)
    rows = "".join(_rows(schemas[name], schemas, "", 0))
    return (
        f'<section id="{name}"><h2>办件 case</h2>'
        "<table><tr><th>字段 / field<th>含义 / meaning<th>类型 / type<th></tr>"
        f"{rows}</table><h3>例 / example</h3><pre>{escape(example)}</pre></section>"
    )


def _rows(schema: Part, schemas: Part, above: str, depth: int) -> Iterable[str]:
    required = schema.get("required", ())
    for name, part in schema.get("properties", {}).items():
        found = _resolved(part, schemas)
        inside = _resolved(found.get("items", {}), schemas) if found.get("type") == "array" else found
        path = f"{above}{name}"
        personal = ' <span class="personal">个人信息 personal</span>' if found.get("x-personal") else ""
        yield (
            f"<tr><td><code>{path}</code><td>{escape(found.get('title', ''))}{personal}"
            f"<td>{escape(_kind(found))}<td>{_needed(name in required)}</tr>"
        )
        if depth < _DEEPEST:
            below = f"{path}[]." if found.get("type") == "array" else f"{path}."
            yield from _rows(inside, schemas, below, depth + 1)


def _kind(schema: Part) -> str:
    if "enum" in schema:
        shown = schema["enum"][:12]
        return " | ".join(map(str, shown)) + (" …" if len(schema["enum"]) > len(shown) else "")
    kind = schema.get("type", "")
    text = kind if isinstance(kind, str) else " | ".join(kind)
    return f"{text} {schema['pattern']}" if "pattern" in schema else text


def _resolved(part: Part, schemas: Part) -> Part:
    reference = part.get("$ref")
    return {**schemas[reference.rpartition("/")[2]], **part} if reference else part


def _codes() -> str:
    rows = [
        f'<tr id="{name}"><td><code>{name}</code><td>{code.status}<td>{_PARTIES[code.party]}'
        f"<td>{escape(code.title[0])}<br>{escape(code.title[1])}"
        f"<td>{escape(code.action[0])}<br>{escape(code.action[1])}</tr>"
        for name, code in CODES.items()
    ]
    return (
        '<section id="codes"><h2>错误代码 problem codes</h2>'
        "<p>错误以 <code>application/problem+json</code>（RFC 9457）答复，语言按 Accept-Language。"
        "Problems are answered as <code>application/problem+json</code>, in the language of Accept-Language.</p>"
        "<table><tr><th>code<th>HTTP<th>由谁处理 / party<th>发生了什么 / what happened<th>怎么办 / what to do</tr>"
        f"{''.join(rows)}</table></section>"
    )


def _needed(required: bool) -> str:
    return "必填 required" if required else ""


def _example(schemas: Part) -> Any:
    return schemas["Case"]["examples"][0]
