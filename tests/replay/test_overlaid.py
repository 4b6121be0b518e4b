"""A mapping with an overlay for some items: its values are told by the file that made them, also on the sheet."""

import json

from gateway.releases.meant import Meant, compiled
from gateway.replay.differ import Side, compare
from gateway.replay.made import made, run
from gateway.sheet.sheet import sheet

MAPPING = """\
mapping: p/case.submit
from: canonical/case@1
to: p/case@1
fields:
  xm: applicant.name
  sx: item.there.basic_code
examples:
  - given: {like: samples/case.json}
    expect: {}
"""
OVERLAY = """\
mapping: p/case.submit@marriage
title: 婚姻登记
items: ["000131011000*"]
fields:
  xm: applicant.name | suffix("+")
  po: form.spouse
examples: []
"""
FILES = {
    "p/platform.yaml": "title: 模拟\n",
    "p/case.submit.yaml": MAPPING,
    "p/case.submit@marriage.yaml": OVERLAY,
}


def document(code: str) -> dict[str, object]:
    return {
        "applicant": {"name": "张三"},
        "item": {"there": {"basic_code": code}},
        "form": {"spouse": "李四"},
    }


def test_a_changed_overlay_differs_for_its_items_only():
    old = Side(compiled(FILES)["p"]["case.submit"])
    changed = {**FILES, "p/case.submit@marriage.yaml": OVERLAY.replace("po: form.spouse", "fo: form.spouse")}
    new = Side(compiled(changed)["p"]["case.submit"])
    assert compare(old, new, document("000999999000")) == []
    found = compare(old, new, document("000131011000"))
    assert [(each.kind, each.path) for each in found] == [("gone", "po"), ("added", "fo")]
    assert found[0].old and found[0].old.step and found[0].old.step.file == "p/case.submit@marriage.yaml"
    mapping = old.mapping
    values = made(mapping, document("000131011000"), run(mapping, document("000131011000"))[0])
    assert {target: each.step.file for target, each in values.items() if each.step} == {
        "xm": "p/case.submit@marriage.yaml", "sx": "p/case.submit.yaml", "po": "p/case.submit@marriage.yaml",
    }  # fmt: skip


def test_the_sheet_has_a_page_for_what_is_otherwise_for_some_items():
    found = sheet(Meant("sha256:0", None, FILES, compiled(FILES)), "p", 0)
    assert [(each.stem, each.items) for each in found.operations] == [
        ("case.submit", ()), ("case.submit@marriage", ("000131011000*",)),
    ]  # fmt: skip
    overlaid = {line.target: line.at.rpartition(":")[0] for line in found.operations[1].lines}
    assert overlaid["sx"] == "p/case.submit.yaml" and overlaid["po"] == "p/case.submit@marriage.yaml"
    assert json.dumps(found.document)
