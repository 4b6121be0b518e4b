"""Cases drawn from a form's schema, as a person would fill it: sound numbers, real days, files with their digests.

Only what the schema itself says is used; what it cannot say (check digits, a birth date that agrees with a number)
is done right here, as a window does.
"""

import base64
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import jsonschema_rs
from hypothesis import strategies as st

from gateway.items.codes import uscc_check_character
from tests.fakes.checks import CHINA

Schema = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]
POOL = '张三阿·•．・—―AZaz09 -_/（）()①é\u00df䶮喆㛃龴\u3000\t\x01😀𠮷ﬁ\ue000\u200b\u00a0\r\n"<&|'
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_AREAS = {"111": "341702", "112": "341702", "154": "830000", "553": "911000"}
_OTHERS = {
    "511": "{:08d}", "516": "H{:08d}", "517": "T{:08d}",
    **dict.fromkeys(("411", "412", "413", "414", "415", "420", "421"), "E{:08d}"),
}  # fmt: skip


def numbered(area: str, born: date, serial: int) -> str:
    plain = f"{area}{born:%Y%m%d}{serial:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(plain, _WEIGHTS, strict=True))
    return plain + "10X98765432"[total % 11]


def credit_code(serial: int) -> str:
    plain = f"11341702MB{serial:07d}"
    return plain + uscc_check_character(plain + "0")


class Filled:
    """Draws documents of one schema. now: before which everything has happened."""

    def __init__(self, schema: Schema, now: datetime) -> None:
        self.schema = schema
        self.now = now.astimezone(CHINA).replace(microsecond=0)
        self._definitions = schema.get("$defs", {})
        self._count = count(1)
        self._pools: dict[int, str] = {}
        self._validators: dict[int, tuple[Schema, Any]] = {}  # the part is kept, so that its id stays its own

    def document(self, draw: Draw) -> Any:
        self._count = count(1)  # everybody is somebody else, and so is every file
        return self._value(draw, self.schema, "")

    def is_valid(self, part: Schema, value: Any) -> bool:
        if id(part) not in self._validators:
            whole = {**part, "$defs": self._definitions}
            self._validators[id(part)] = part, jsonschema_rs.validator_for(whole)
        return bool(self._validators[id(part)][1].is_valid(value))

    def parts(self, schema: Schema) -> Iterator[Schema]:
        """The schema and everything that stands beside it in `allOf` and behind `$ref`."""
        if "$ref" in schema:
            yield from self.parts(self._definitions[schema["$ref"].rpartition("/")[2]])
        yield schema
        for each in schema.get("allOf", ()):
            yield from self.parts(each)

    def _value(self, draw: Draw, schema: Schema, name: str) -> Any:
        if "const" in schema:
            return schema["const"]
        if "enum" in schema or "oneOf" in schema:
            codes = schema.get("enum") or [each["const"] for each in schema["oneOf"]]
            return draw(st.sampled_from(codes))
        kind = schema.get("type")
        if kind == "object":
            return self._object(draw, schema)
        if kind == "array":
            return self._array(draw, schema, name)
        if kind == "integer":
            return draw(st.integers(schema.get("minimum", 0), min(schema.get("maximum", 9), 10**6)))
        return self._text(draw, schema, name)

    def _object(self, draw: Draw, schema: Schema) -> dict[str, Any]:
        properties = schema["properties"]
        if "digest" in properties:
            return self._file(draw, properties)
        chosen = [
            name
            for name in properties
            if name in schema.get("required", ()) or (name != "guardian" and draw(st.booleans()))
        ]
        made = {name: self._value(draw, properties[name], name) for name in chosen}
        if "id_number" in properties:
            self._certificate(draw, made, properties)
        for rule in schema.get("allOf", ()):
            self._meet(draw, made, schema, rule)
        return made

    def _meet(self, draw: Draw, value: Any, schema: Schema, rule: Schema) -> None:
        """What a rule asks for is filled in or changed, and what it forbids is left out."""
        if "if" in rule:
            branch = rule.get("then" if self.is_valid(rule["if"], value) else "else", {})
            self._meet(draw, value, schema, branch)
        for each in rule.get("allOf", ()):
            self._meet(draw, value, schema, each)
        if isinstance(value, list):
            self._meet_list(draw, value, schema, rule)
            return
        for name in rule.get("required", ()):
            if name not in value:
                value[name] = self._value(draw, schema["properties"][name], name)
                self._agree(value, name)
        for name, part in rule.get("properties", {}).items():
            if part is False:
                value.pop(name, None)
            elif name in value and isinstance(value[name], dict | list):
                self._meet(draw, value[name], schema["properties"][name], part)
            elif name in value and "enum" in part and value[name] not in part["enum"]:
                value[name] = draw(st.sampled_from(part["enum"]))

    def _meet_list(self, draw: Draw, value: list[Any], schema: Schema, rule: Schema) -> None:
        wanted = rule.get("contains")
        if wanted and not any(self.is_valid(wanted, each) for each in value):
            value.append(self._value(draw, self._answering(schema["items"], wanted), ""))
        while len(value) < rule.get("minItems", 0):
            value.append(self._value(draw, schema["items"], ""))
        for each in value if "items" in rule else ():
            self._meet(draw, each, schema["items"], rule["items"])

    def _certificate(self, draw: Draw, made: dict[str, Any], properties: Mapping[str, Schema]) -> None:
        """A number of its type, and a birth date and a sex that agree with it."""
        id_type = made["id_type"]
        if made.get("kind") in ("person", "organization"):
            codes = [
                each
                for each in self._codes(properties["id_type"])
                if (each == "001") == (made["kind"] == "organization")
            ]
            id_type = made["id_type"] = draw(st.sampled_from(codes))
        if id_type == "001":
            made["id_number"] = credit_code(draw(st.integers(0, 9_999_999)))
        elif id_type in _AREAS:
            oldest = date(1950, 1, 1)
            young = "guardian" in properties
            born = draw(st.dates(oldest, self.now.date() if young else date(self.now.year - 20, 1, 1)))
            made["id_number"] = numbered(_AREAS[id_type], born, next(self._count))
        else:
            made["id_number"] = _OTHERS.get(id_type, "军{:05d}").format(next(self._count))
        for name in ("birth_date", "sex"):
            if name in made:
                self._agree(made, name)

    def _agree(self, made: dict[str, Any], name: str) -> None:
        number = made.get("id_number", "")
        if made.get("id_type") in _AREAS and len(number) == 18:
            if name == "birth_date":
                made[name] = f"{number[6:10]}-{number[10:12]}-{number[12:14]}"
            if name == "sex":
                made[name] = "1" if int(number[16]) % 2 else "2"

    def _codes(self, schema: Schema) -> list[str]:
        codes = schema.get("enum") or [each["const"] for each in schema.get("oneOf", ())]
        return list(codes) or [schema["const"]]

    def _array(self, draw: Draw, schema: Schema, name: str) -> list[Any]:
        elements = [
            self._value(draw, self._answering(schema["items"], each["contains"]), name)
            for each in schema.get("allOf", ())
            if "contains" in each
        ]
        while len(elements) < schema.get("minItems", 0) or (len(elements) < 3 and draw(st.booleans())):
            elements.append(self._value(draw, schema["items"], name))
        return elements

    def _answering(self, items: Schema, wanted: Schema) -> Schema:
        """The element that has what is asked for: its code, or its name."""
        properties = {**items["properties"]}
        for name, part in wanted.get("properties", {}).items():
            properties[name] = part
        return {**items, "properties": properties}

    def _file(self, draw: Draw, properties: Mapping[str, Schema]) -> dict[str, Any]:
        content = b"%PDF-1.4 " + draw(st.binary(max_size=12))
        made = {
            "id": f"f{next(self._count)}",
            "name": draw(st.sampled_from(("扫描件.pdf", "a.PDF", "身份证 1.jpg"))),
            "media_type": "application/pdf",
            "size": len(content),
            "digest": "sha-256:" + hashlib.sha256(content).hexdigest(),
            "content": base64.b64encode(content).decode(),
        }
        return {name: value for name, value in made.items() if name in properties}

    def _text(self, draw: Draw, schema: Schema, name: str) -> str:
        if "uscc" in schema.get("x-check", ()):
            return credit_code(draw(st.integers(0, 9_999_999)))
        patterns = [each["pattern"] for each in self.parts(schema) if "pattern" in each]
        if any("[Tt]" in each for each in patterns):
            return self._moment(draw, patterns)
        if name in ("birth_date", "expires_on", "until"):
            days = st.dates(date(1900, 1, 1), date(2099, 12, 31)).map(date.isoformat)
            return str(draw(days.filter(lambda day: self.is_valid(schema, day))))
        if name in ("id_number",):
            return "0"  # by its certificate type, afterwards
        if exact := [each for each in patterns if re.search(r"\[0-9\]|\[A-Z\]|\[0-9A-Za-z|^\^\(\?:", each)]:
            longest = min(each.get("maxLength", 500) for each in self.parts(schema))
            drawn = st.from_regex(exact[0], fullmatch=True).map(lambda text: text[:longest])
            return str(draw(drawn.filter(lambda text: self.is_valid(schema, text))))
        return self._free(draw, schema)

    def _free(self, draw: Draw, schema: Schema) -> str:
        key = id(schema)
        if key not in self._pools:
            self._pools[key] = "".join(sign for sign in POOL if self.is_valid(schema, f"张{sign}张"))
        longest = min(each.get("maxLength", 500) for each in self.parts(schema))
        size = draw(st.sampled_from((1, 2, 5, longest, min(longest, 40))))
        texts = st.text(st.sampled_from(self._pools[key]), min_size=1, max_size=max(size, 1))
        return str(draw(texts.filter(lambda text: self.is_valid(schema, text))))

    def _moment(self, draw: Draw, patterns: list[str]) -> str:
        day = re.search(r"\^([0-9]{4}-[0-9]{2}-[0-9]{2})\[Tt\]", " ".join(patterns))
        on = date.fromisoformat(day[1]) if day else self.now.date()
        latest = min(self.now, datetime(on.year, on.month, on.day, 23, 59, 59, tzinfo=CHINA))
        seconds = latest.hour * 3600 + latest.minute * 60 + latest.second
        moment = latest - timedelta(seconds=draw(st.integers(0, seconds)))
        return moment.replace(tzinfo=None).isoformat() + draw(st.sampled_from(("", "+08:00")))
