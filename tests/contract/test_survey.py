"""The survey counts by itself, and finds nothing lost in our own contracts."""

from pathlib import Path

from tests.contract import survey

ROOT = Path(__file__).parents[1] / "adapters" / "contract"


def test_every_operation_of_our_own_contracts_is_offered_with_types() -> None:
    [(_, files)] = survey.projects(ROOT / "wsdl")
    found = survey.survey(files)
    # asmx 4, attached 1, encoded 3, several 2
    assert (found.counted, found.typed, found.unusable, found.left) == (10, 10, 0, [])
    assert found.fragments == 1


def test_what_is_counted_and_not_offered_is_told() -> None:
    text = (ROOT / "wsdl" / "attached.wsdl").read_text("utf-8")
    lost = text.replace('binding="tns:Files"', 'binding="tns:Gone"')
    found = survey.survey({"a.wsdl": lost})
    assert (found.counted, found.typed, found.unusable) == (1, 0, 1)
    assert found.left == ["a.wsdl: Files/Files/*: unusable: its binding Gone is not there"]


def test_the_table_has_a_row_for_each_project_and_one_for_all() -> None:
    [(name, files)] = survey.projects(ROOT / "openapi")
    lines = list(survey.table({name: survey.survey(files)}))
    assert lines[2].startswith("| openapi | 4 | 9 | 6 (66.7 %) | 1 (11.1 %) | 2 (22.2 %) |")
    assert lines[-1].startswith("| all | 4 | 9 |")
