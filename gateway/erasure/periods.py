"""How long a content is kept (保存期限), and why one may be erased. Pure but for what it is given."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase

from gateway.settings.installation import Retention
from gateway.store.erased import Content

DAY_MS = 86_400_000
RETENTION = "retention"
GROUNDS: Mapping[str, tuple[str, str]] = {
    "request": ("个人依法请求删除", "the person asked for it, as the law allows"),
    "court": ("司法机关或监管部门决定", "a court or an authority ordered it"),
    "error": ("不应收到的内容", "it should never have been received"),
    "dissolved": ("业务终止", "the business that it was kept for is over"),
}
HOLDS: Mapping[str, tuple[str, str]] = {
    "litigation": ("诉讼、复议", "litigation or review"),
    "investigation": ("调查、监察", "an investigation"),
    "audit": ("审计", "an audit"),
    "complaint": ("投诉、信访", "a complaint"),
}


def days_of(content: Content, retention: Retention) -> int:
    """The longest of what is declared for its operation and its item; else what its kind has."""
    declared = [
        *_fitting(retention.operations, (content.operation,)),
        *_fitting(retention.items, content.items),
    ]
    return max(declared, default=retention.case_days if content.case else retention.read_days)


def shortest(retention: Retention) -> int:
    """No content is erased before it is as old."""
    several = (*retention.operations.values(), *retention.items.values())
    return min((retention.case_days, retention.read_days, *several))


def is_due(content: Content, *, over_ms: int, days: int, now_ms: int) -> bool:
    """over_ms: when what it belongs to was over, 0 while it is not."""
    return not content.case_open and 0 < over_ms <= now_ms - days * DAY_MS


def _fitting(declared: Mapping[str, int], names: Sequence[str]) -> list[int]:
    return [days for pattern, days in declared.items() if any(fnmatchcase(name, pattern) for name in names)]
