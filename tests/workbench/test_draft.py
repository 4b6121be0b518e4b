"""A drafted folder: every target stands in it, what is open is asked, and nothing of it goes live before."""

import re
from dataclasses import replace

import pytest

from adapters.contract import Contract, Offer
from gateway.releases.compiled import compile_release
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


def test_a_place_in_an_answer_that_only_one_word_speaks_for_is_asked_about() -> None:
    address = replace(message(text("state")), name="address")
    answer = message(text("code"), address, text("id"), text("updateTime"))
    offer = Offer("GET /cases", "", message(text("lsh")), answer, "typed")
    files = _drafted("case.progress", offer)
    reply = files["case.progress.reply.yaml"].splitlines()
    (state,) = (line for line in reply if line.lstrip().startswith("state:"))
    assert "猜测：address.state / a guess" in state and re.search(r"# \?\d+ ", state)


def test_of_an_answer_that_is_a_list_the_first_is_described_and_none_is_mapped() -> None:
    record = replace(message(text("slbh"), text("bjzt")), name="data", many=True)
    offer = Offer("POST /cases", "", message(text("lsh")), message(text("code"), record), "typed")
    assert "reference: data.0.slbh}" in _drafted("case.submit", offer)["platform.yaml"]
    assert "data" not in _drafted("case.progress", offer)["case.progress.reply.yaml"]


def test_what_the_contract_calls_a_success_is_its_status() -> None:
    offer = Offer("POST /cases", "", message(text("lsh")), message(text("code")), "typed", answer_status=201)
    assert "taken: {status: 201," in _drafted("case.submit", offer)["platform.yaml"]


def _drafted(operation: str, offer: Offer) -> dict[str, str]:
    contract = Contract("openapi", (offer,))
    return draft("p", "341702", contract, {operation: offer}, path="c.yaml", files={"c.yaml": "{}"}).files


def test_a_contract_without_a_usable_operation_says_why_for_each() -> None:
    broken = Contract("openapi", (Offer("POST /a", "", message(), None, "unusable", "its body is a list"),))
    with pytest.raises(Undecided, match="no operation that can be used: POST /a: its body is a list"):
        chosen(broken, {})


def test_the_words_of_an_answer_are_those_beside_its_code() -> None:
    head = replace(message(text("code"), text("info")), name="head")
    answer = message(head, text("description"))
    offer = Offer("POST /cases", "", message(text("lsh")), answer, "typed")
    assert "code: head.code, reason: head.info}" in _drafted("case.submit", offer)["platform.yaml"]
