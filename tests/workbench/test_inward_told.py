"""Our answers to calls in are held against what the platform says of them, each fault at its line."""

from pathlib import Path

import pytest

from gateway.workbench.check import examine
from gateway.workbench.grades import Grade
from tests.workbench.made import EXAMPLES, example

TYPED = Path(__file__).parents[1] / "inward" / "typed.wsdl"
SCHEMA, XSD = "contract/answer.schema.json", "contract/notify.answer.xsd"
STRING = (
    "      answer: {document: xml, message: contract/notify.answer.xsd, root: PACKAGE, charset: gb2312}\n"
)


def found(name: str, path: str, *pairs: tuple[str, str], **more: str) -> list[str]:
    """Findings that keep the platform from silver, when `path` has these other texts."""
    text = (EXAMPLES / name / path).read_text("utf-8")
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    release = example(name, **{path: text}, **more)
    return [str(each) for each in examine(release) if each.grade <= Grade.SILVER]


@pytest.mark.parametrize(
    "old, new, told",
    [
        ('"tzbh": {"type": "string", "title": "通知编号"},', '"tzb": {"type": "string"},',
         "_reply.yaml:15:11: the contract has no 'data.lb.tzbh': did you mean 'tzb'?"),
        ('"required": ["code", "msg", "time", "data"],\n  "properties": {',
         '"required": ["code", "msg", "time", "data", "lsh"],\n  "properties": {"lsh": {"type": "string"},',
         "case.notify.in.reply.yaml:1:1: 'lsh' is required there and not fed: write lsh: …"),
        ('"additionalProperties": false,\n      "properties": {\n        "jhbs"',
         '"required": ["jhbs"],\n      "properties": {\n        "jhbs"',
         "_reply.yaml:9:7: 'data.jhbs' is required there, and left out when exchange is absent: "
         'feed it always, with a default after \'?\''),
        ('"title": "说明", "maxLength": 500}', '"maxLength": 60}',
         "_reply.yaml:5:3: 'msg' takes 60 characters, and this may be longer: end the pipe with | at_most(60)"),
        ('"time": {"type": "string"', '"time": {"type": "integer"',
         "_reply.yaml:6:3: 'time' is integer there, and this gives text: end the pipe with | integer"),
        ('"6022"', '"6099"', "_reply.yaml:4:3: 'code' is one of "),
    ],
)  # fmt: skip
def test_an_answer_over_rest_is_held_against_its_schema(old: str, new: str, told: str) -> None:
    lines = found("sim-gd", SCHEMA, (old, new))
    assert any(each.startswith(f"sim-gd/{told}") for each in lines), lines


@pytest.mark.parametrize(
    "old, new, told",
    [
        ('<xsd:element name="MSG" type="words"/>', '<xsd:element name="MSGS" type="words" minOccurs="0"/>',
         "_reply.yaml:7:7: the contract has no 'HEAD.MSG': did you mean 'MSGS'?"),
        ('<xsd:element name="MSG" type="words"/>',
         '<xsd:element name="MSG" type="words"/><xsd:element name="LSH" type="words"/>',
         "_reply.yaml:4:3: 'HEAD.LSH' is required there and not fed: write LSH: …"),
        ('maxOccurs="unbounded"', 'maxOccurs="1"',
         "_reply.yaml:11:7: 'DATA.RECORD' stands there once, and this makes a list"),
        ('<xsd:enumeration value="3006"/>', "",
         "_reply.yaml:6:7: 'HEAD.CODE' is one of "),
        ('<xsd:maxLength value="500"/>', '<xsd:maxLength value="2"/>',
         "_reply.yaml:7:7: 'HEAD.MSG' is longer than 2 in the example at case.notify.in.reply.yaml:"),
    ],
)  # fmt: skip
def test_a_document_in_a_string_over_soap_is_held_against_its_schema(old: str, new: str, told: str) -> None:
    lines = found("sim-gx", XSD, (old, new))
    assert any(each.startswith(f"sim-gx/{told}") for each in lines), lines


def test_an_answer_by_types_is_held_against_the_wsdl() -> None:
    written = TYPED.read_text("utf-8")
    pairs = [
        ("        information: {document: xml}\n      lists: [DATA.TZJL]", "      lists: [DATA.TZJL]"),
        (STRING, ""),
    ]
    strings = (EXAMPLES / "sim-gx" / "platform.yaml").read_text("utf-8").partition("    case.parcel:")[2]
    pairs.insert(
        0, (f"    case.parcel:{strings.partition('exempt:')[0]}", "")
    )  # the typed contract has neither
    for old, new, told in (
        ("", "", ""),
        ('name="MSG"', 'name="MSGS"', "the contract has no 'HEAD.MSG'"),
        ('name="YWLSH" type="xsd:string" minOccurs="0"', 'name="YWLSH" type="xsd:string"', "left out when"),
    ):  # fmt: skip
        assert old in written
        more = {"contract/notify.wsdl": written.replace(old, new) if old else written}
        lines = found("sim-gx", "platform.yaml", *pairs, **more)
        assert any(told in each for each in lines) if told else lines == [], lines


def test_an_answer_of_which_nothing_is_known_and_a_file_that_is_not_there_are_told() -> None:
    without = (EXAMPLES / "sim-gd" / "platform.yaml").read_text("utf-8").replace(f"message: {SCHEMA}, ", "")
    graded = examine(example("sim-gd", **{"platform.yaml": without}))
    keys = {each.exempt: each.grade for each in graded if "our answer" in each.finding.what}
    assert keys["case.notify.in.reply/message"] is Grade.GOLD and "visit.redeem.in.reply/message" not in keys
    [*lines] = found("sim-gd", "platform.yaml", (f"message: {SCHEMA},", "message: contract/none.json,"))
    assert any("contract/none.json, which is not in the folder" in each for each in lines)
