"""What is suggested for a target: by Chinese name, by pinyin initials, by English name, and by whom it is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.contract import Part
from gateway.workbench.draft.suggest import suggestion
from gateway.workbench.draft.vocabulary import candidates, labelled, terms, words
from mappings.canonical import shape
from tests.workbench.made import text

ROOT = shape.read("canonical/case@1")


def source(part: Part, **around: str) -> tuple[str, bool] | None:
    found = suggestion(part, root=ROOT, **around)
    return (found.candidate.source, found.sure) if found else None


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        (text("sqrxm", "申请人姓名"), ("applicant.name", True)),
        (text("a1", "申请人姓名"), ("applicant.name", True)),
        (text("sqrxm"), ("applicant.name", False)),  # initials alone are a guess
        (text("dlrzjhm", "代理人证件号码"), ("agent.id_number", True)),
        (text("fddbrxm", "法定代表人姓名"), ("applicant.legal_representative.name", True)),
        (text("xm", "姓名"), ("applicant.name", True)),
        (text("applyerPageCode"), ("applicant.id_number", True)),
        (text("purpose"), ("purpose", False)),
        (text("TASK_CODE", "事项实施编码"), ("item.there.implementation_code", True)),
        (text("sqsj", "申请时间"), ("received_at", True)),
        (text("x7", "备用字段"), None),
        (text("hylb", "行业类别"), None),
    ],
)
def test_a_target_at_the_root_is_recognized(part: Part, expected: tuple[str, bool] | None) -> None:
    assert source(part) == expected


def test_inside_of_an_agent_a_name_is_the_agents() -> None:
    assert source(text("xm", "姓名"), holder="agent") == ("agent.name", True)
    assert source(text("xm", "姓名"), holder="applicant.guardian") == ("applicant.guardian.name", True)


def test_inside_of_a_material_a_name_is_the_materials() -> None:
    assert source(text("mc", "名称"), inside="materials") == (".name", True)
    assert source(text("nr", "文件内容"), inside="materials.files") == (". | material", True)


def test_what_explains_codes_in_a_title_is_read() -> None:
    assert labelled("性别(1男 2女)") == {"1": "男", "2": "女"}
    assert labelled("证件类型：10-身份证；20-护照") == {"10": "身份证", "20": "护照"}
    assert labelled("姓名") == {}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("applyerPageCode", "applyer page code"), ("APPLYER_PAGE_CODE", "applyer page code"), ("idNo", "id no")],
)
def test_names_are_read_as_words(name: str, expected: str) -> None:
    assert words(name) == expected


def test_every_source_of_the_dictionary_leads_somewhere() -> None:
    for candidate in candidates():
        found = ROOT
        for step in candidate.source.split("."):
            found = found.field(step) if found is not None else None
        if candidate.holder and found is None:
            continue  # not every person has every field: a guardian has no address
        assert found is not None, candidate.source


def test_every_code_of_the_dictionary_is_one_of_ours() -> None:
    places = {leaf: ROOT.field("applicant").field(leaf) for leaf in ("sex", "kind", "id_type")}  # type: ignore[union-attr]
    places["mode"] = ROOT.field("mode")  # type: ignore[union-attr]
    places["form"] = ROOT.field("materials").element().field("form")  # type: ignore[union-attr]
    places["state"] = shape.written("canonical/progress@1").field("state")  # type: ignore[union-attr]
    assert places.keys() == terms()["codes"].keys()
    for leaf, codes in terms()["codes"].items():
        assert set(codes.values()) <= set(places[leaf].part["enum"]), leaf


@given(st.text(max_size=12), st.text(max_size=20))
def test_no_name_or_title_is_too_odd(name: str, title: str) -> None:
    suggestion(Part(name or "x", "text", title=title), root=ROOT)
    labelled(title)
