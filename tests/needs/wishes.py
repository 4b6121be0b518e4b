"""One item of each simulated platform that takes cases, as the callers of the tests know it."""

from typing import NamedTuple

JOBLESS, HOUSEHOLD = "11341702003279130M4002014007000", "11341702003278461M400200603100001"
FIRE, INSURANCE = "11341702MB1A0231794000117051000", "11341702MB3R0061824002036003000"


class Wish(NamedTuple):
    platform: str
    code: str
    division: str
    caller: str = "guichi"
    more: str = ""

    @property
    def path(self) -> str:
        return f"/v1/items/{self.code}/form?division={self.division}{self.more}"


WISHES = (
    Wish("sim-gd", JOBLESS, "440232"),
    Wish("sim-gd", FIRE, "440233"),
    Wish("sim-gd", JOBLESS, "440233"),  # of which there is a guide
    Wish("sim-gd", JOBLESS, "440233", more="&situation=灵活就业"),
    Wish("sim-gx", HOUSEHOLD, "450000"),
    Wish("sim-gx", "CX-ZR-0104", "450000", "cixi"),
    Wish("sim-sj", JOBLESS, "510132"),
    Wish("sim-sj", FIRE, "500112"),
    Wish("sim-table", JOBLESS, "440281"),
    Wish("sim-folder", JOBLESS, "440282"),
    Wish("sim-desk", JOBLESS, "440283"),
    Wish("sim-yb", INSURANCE, "520424"),
    Wish("sim-yh", HOUSEHOLD, "350524"),
)
