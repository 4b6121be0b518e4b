"""People who are known here and go on at another place's site."""

from typing import Any

from tests.web.people import case_of_somebody

_KEPT = ("item", "division", "unit", "applicant", "agent", "receiving", "authorisation", "purpose")


def visit_of_somebody(name: str) -> dict[str, Any]:
    """A visit of a person whom no other test knows."""
    document = case_of_somebody(name)
    return {each: document[each] for each in _KEPT if each in document}
