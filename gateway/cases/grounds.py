"""Why a limit is extended (延期): a closed list; what else is said stands sealed with the case's papers."""

from collections.abc import Mapping

GROUNDS: Mapping[str, tuple[str, str]] = {
    "complex": ("案情复杂", "the matter is complex"),
    "examination": ("需进一步核查", "it has to be examined further"),
    "consultation": ("需征求其他机关意见", "other authorities have to be heard"),
    "force_majeure": ("不可抗力", "force majeure"),
    "breakdown": ("信息系统故障", "a breakdown of a system"),
    "other": ("其他", "another reason"),
}
