"""A drafted folder: every target stands in it, what is open is asked, and nothing of it goes live before."""

from dataclasses import replace

import pytest

from adapters.contract import Contract, Offer
from gateway.releases import compile_release
from gateway.workbench.draft.folder import Draft, Undecided, chosen, draft
from mappings.problems import Unreadable
from mappings.questions import standing
from tests.workbench.made import ANSWER, CONTRACT, SUBMIT, message, text

NAME = "ah-demo"


def drafted(contract: Contract = CONTRACT) -> Draft:
    offers = chosen(contract, {})
    return draft(
        NAME, "341702", contract, offers, path="contract/api.yaml", files={"contract/api.yaml": "openapi: 3"}
    )


def test_every_target_of_the_contract_stands_in_the_mapping() -> None:
    written = drafted().files["case.submit.yaml"]
    for part in (*SUBMIT.parts, *SUBMIT.parts[-1].parts):
        assert f"{part.name}:" in written


def test_every_question_is_numbered_once_and_stands_in_a_file() -> None:
    made = drafted()
    found = [
        finding.what.split()[1]
        for path, written in made.files.items()
        if path.endswith(".yaml")
        for finding in standing(path, written)
    ]
    assert sorted(map(int, found)) == list(range(1, len(made.questions) + 1))


def test_a_draft_does_not_go_live_while_a_question_stands() -> None:
    files = {f"{NAME}/{path}": written for path, written in drafted().files.items()}
    with pytest.raises(Unreadable) as found:
        compile_release(files)
    told = [str(each) for each in found.value.findings]
    asked = [each for each in told if ": question " in each]
    assert len(asked) == len(drafted().questions)
    rest = [each for each in told if ": question " not in each]
    assert all("expect-case.submit.json" in each for each in rest), rest


def test_codes_that_the_contract_explains_become_rows() -> None:
    table = drafted().files["tables/id_type.yaml"]
    assert '{ours: "111", theirs: "10", note: 身份证}' in table
    assert '{ours: "414", theirs: "20", note: 护照}' in table


def test_what_is_optional_there_and_unknown_here_is_a_remark_and_no_question() -> None:
    assert "# byzd1: 可选" in drafted().files["case.submit.yaml"]


def test_which_operation_is_meant_is_asked_where_a_contract_has_several() -> None:
    several = Contract(
        "openapi", (*CONTRACT.offers, Offer("GET /api/cases", "", message(text("a")), ANSWER, "typed"))
    )
    with pytest.raises(Undecided, match=r"--map case\.submit=CALL"):
        chosen(several, {})
    (offer,) = chosen(several, {"case.submit": "POST /api/cases"}).values()
    assert offer.call == "POST /api/cases"


def test_a_call_that_is_not_there_gets_the_nearest_name() -> None:
    with pytest.raises(Undecided, match="did you mean 'POST /api/cases'"):
        chosen(CONTRACT, {"case.submit": "POST /api/case"})


def test_an_operation_that_cannot_be_used_says_why() -> None:
    broken = Contract("wsdl", (Offer("S/P/op", "", message(), None, "unusable", "its message is missing"),))
    with pytest.raises(Undecided, match="its message is missing"):
        chosen(broken, {"case.submit": "op"})


@pytest.mark.parametrize(
    ("media", "expected"),
    [
        ("application/json", '    query: ["qhdm"]\n'),
        ("application/x-www-form-urlencoded", '    sends: form\n    query: ["qhdm"]\n'),
        ("", "    sends: query\n"),
    ],
)
def test_a_draft_says_where_the_message_stands(media: str, expected: str) -> None:
    asked = message(replace(text("qhdm"), where="query"), replace(text("lsh", required=True), where="body"))
    offer = Offer("POST /x", "", asked, ANSWER, "typed", media=media)
    contract = Contract("openapi", (offer,))
    made = draft("p", "341702", contract, {"case.submit": offer}, path="c.yaml", files={"c.yaml": "{}"})
    assert expected in made.files["platform.yaml"]
