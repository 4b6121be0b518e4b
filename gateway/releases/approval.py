"""Four eyes (双人审批): what may come in force, and what is still owed. Pure; docs/operating.md has the rules.

A declaration is everything in one platform's folder, by its digest: one byte more or less is another one.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gateway.store.approvals import Approval, FollowUp
from mappings.problems import Finding

Declarations = Mapping[str, str]  # platform -> digest of its declaration


@dataclass(frozen=True, slots=True)
class Withheld:
    """A platform that may not come in force like this, and what to do."""

    platform: str
    declaration: str
    what: str
    write: str

    @property
    def finding(self) -> Finding:
        return Finding(f"{self.platform}/platform.yaml", 1, 1, self.what, self.write)


def withheld(
    wanted: Declarations, approvals: Collection[Approval], *, before: Declarations, actor: str
) -> Iterator[Withheld]:
    """What keeps a release from coming in force on the word of `actor`.

    before: what is in force now. What does not change needs an approval, too, but anybody may keep it in force.
    """
    known = {each.platform for each in approvals}
    for platform, declaration in sorted(wanted.items()):
        by = approvers(approvals, platform, declaration)
        run = f"tongban platform approve {platform} --document NO"
        if not by:
            what = (
                "审批后有改动 / changed since it was approved"
                if platform in known
                else "未经审批 / not approved"
            )
            yield Withheld(platform, declaration, what, f"{run} --as ACCOUNT, by another person than you")
        elif by == {actor} and before.get(platform) != declaration:
            what = "仅由发布人本人审批 / approved by nobody but who activates it"
            yield Withheld(platform, declaration, what, f"have another person activate it, or {run}")


def approvers(approvals: Collection[Approval], platform: str, declaration: str) -> set[str]:
    return {each.actor for each in approvals if (each.platform, each.declaration) == (platform, declaration)}


def still_owed(
    follow_ups: Sequence[FollowUp], approvals: Collection[Approval], in_force: Declarations
) -> list[FollowUp]:
    """Follow-ups that are not over, in their order.

    One is over once somebody else than who put it in force has approved that declaration; or once the platform is
    in force as another one, which is approved and owes nothing itself, or is no longer in force at all.
    """
    unapproved = [
        each for each in follow_ups if approvers(approvals, each.platform, each.declaration) <= {each.actor}
    ]
    owing = {(each.platform, each.declaration) for each in unapproved}

    def is_replaced(platform: str) -> bool:
        now = in_force.get(platform)
        return now is None or bool((platform, now) not in owing and approvers(approvals, platform, now))

    return [each for each in unapproved if not is_replaced(each.platform)]


def changed_files(approved: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Paths that were added, removed or altered."""
    return sorted(path for path in {*approved, *now} if approved.get(path) != now.get(path))
