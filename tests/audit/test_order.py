"""An exchange is admitted first, ends at most once, and then only echoes."""

import pytest

from audit.order import Orders


def codes(*kinds: str, exchange: str | None = "E1") -> list[str | None]:
    orders = Orders()
    findings = [orders.take("entry", f"exchange.{kind}", exchange) for kind in kinds]
    return [finding.code.removeprefix("order.") if finding else None for finding in findings]


@pytest.mark.parametrize(
    "kinds",
    [
        ["admitted", "sending", "delivered"],
        ["admitted", "sending", "deferred", "sending", "held", "deferred", "sending", "delivered"],
        ["admitted", "withdrawn"],
        ["admitted", "sending", "deferred", "hastened", "sending", "delivered"],
        ["admitted", "sending", "refused", "late_reply", "read", "late_reply"],
        ["admitted", "deferred", "abandoned", "read"],
        ["admitted", "read", "sending"],  # still open
        ["read"],  # a read has one commit, hence one entry
    ],
)
def test_lawful_orders_pass(kinds):
    assert codes(*kinds) == [None] * len(kinds)


@pytest.mark.parametrize(
    "kinds, fault",
    [
        (["sending"], "no_start"),
        (["delivered"], "no_start"),
        (["hastened"], "no_start"),
        (["admitted", "delivered", "hastened"], "after_end"),
        (["read", "late_reply"], "no_start"),  # a read starts nothing
        (["admitted", "admitted"], "second_start"),
        (["admitted", "delivered", "admitted"], "second_start"),
        (["admitted", "delivered", "refused"], "second_end"),
        (["admitted", "delivered", "delivered"], "second_end"),
        (["admitted", "delivered", "sending"], "after_end"),
        (["admitted", "abandoned", "held"], "after_end"),
        (["admitted", "teleported"], "unknown_kind"),
    ],
)
def test_unlawful_orders_are_found_at_the_entry_that_breaks_them(kinds, fault):
    assert codes(*kinds) == [*[None] * (len(kinds) - 1), fault]


def test_one_fault_is_told_once():
    assert codes("sending", "deferred", "delivered", "read") == ["no_start", None, None, None]


def test_an_entry_about_an_exchange_must_name_it():
    assert codes("admitted", exchange=None) == ["no_exchange"]


def test_exchanges_do_not_disturb_each_other_and_other_kinds_pass():
    orders = Orders()
    for kind, exchange in [
        ("exchange.admitted", "E1"),
        ("exchange.admitted", "E2"),
        ("release.activated", None),
        ("exchange.delivered", "E1"),
        ("exchange.refused", "E2"),
    ]:
        assert orders.take("entry", kind, exchange) is None
    assert orders.ended == {"E1", "E2"}
    assert not orders.open
