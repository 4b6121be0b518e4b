"""The commands as people run them, one after the other, on an installation that is production."""

import json
import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from gateway.cli import tongban
from gateway.cli.asking import Stop
from gateway.store.database import file_of
from mappings.china_time import CHINA
from tests.approval.conftest import PLATFORM, Production
from tests.faults.ledgers import ask
from tests.faults.places import Place

DOCUMENT = "通办联调〔2026〕17号"


@pytest.fixture
def production(tmp_path: Path) -> Production:
    place = Place(tmp_path)
    place.write(names=(PLATFORM,))
    conf = place.conf / "gateway.yaml"
    conf.write_text(conf.read_text() + "production: true\n")
    return Production(place)


def told(place: Place, code: int, *arguments: str) -> str:
    """What a command says in all, run in this process; it must end with this code."""
    command: click.Command = tongban
    left = [*arguments, "--conf", str(place.conf)]
    while isinstance(command, click.Group):
        command = command.get_command(click.Context(command), left.pop(0)) or pytest.fail(arguments[0])
    done = CliRunner().invoke(command, left, standalone_mode=False)
    match done.exception:
        case None:
            ended, said = done.return_value, done.output
        case Stop() as stop:
            ended, said = stop.code, done.output + str(stop)
        case click.ClickException() as error:
            ended, said = 2, error.format_message()
        case error:
            raise error
    assert ended == code, said
    return said


def activated(place: Place, code: int, who: str, *more: str) -> str:
    return told(place, code, "activate", "--as", who, "--why", "their new field", *more)


def approved(place: Place, code: int, who: str, *more: str) -> str:
    return told(place, code, "platform", "approve", PLATFORM, "--as", who, "--document", DOCUMENT, *more)


def day(days: int) -> str:
    return (datetime.now(CHINA) + timedelta(days=days)).date().isoformat()


def standing(place: Place, code: int) -> dict[str, object]:
    (found,) = json.loads(told(place, code, "platform", "approvals", "--json"))["platforms"]
    return dict(found)


def test_from_a_refusal_over_an_emergency_to_an_approval_by_a_second_person(production):
    place = production.place
    refused = activated(place, 1, "li.w")
    assert f"{PLATFORM}/platform.yaml:1:1: 未经审批 / not approved: tongban platform approve" in refused
    assert standing(place, 1)["state"] == "unapproved"
    assert "sha256:" in approved(place, 0, "wang.y")
    assert "approved before" in approved(place, 0, "wang.y")
    activated(place, 0, "li.w")
    sound = standing(place, 0)
    assert (sound["state"], sound["in_force"]) == ("approved", True)
    assert sound["approvals"][0].items() >= {"by": "wang.y", "document": DOCUMENT}.items()
    assert "before it can be activated" not in told(place, 0, "check")
    production.edit()
    assert f"{PLATFORM}: 发布前须审批" in told(place, 0, "check")
    assert "changed since it was approved" in activated(place, 1, "li.w")
    changed = standing(place, 1)
    assert (changed["state"], changed["changed"]) == ("changed", [f"{PLATFORM}/case.submit.yaml"])
    followed = activated(place, 0, "li.w", "--emergency", "--follow-up", day(1))
    assert f"{PLATFORM} approval sha256:" in followed and f"due={day(1)}" in followed
    assert "cause=emergency owner=li.w" in told(place, 1, "exchange", "tickets")
    assert "to be approved" in told(place, 0, "check")
    assert "another person approves it" in approved(place, 1, "li.w")
    assert "still owed" not in approved(place, 0, "wang.y", "--release", "active")
    assert "approval" not in told(place, 0, "exchange", "tickets")
    assert "to be approved" not in told(place, 0, "check")
    assert standing(place, 0)["follow_ups"] == []


def test_a_follow_up_that_is_overdue_is_a_finding_of_check(production):
    place = production.place
    activated(place, 0, "li.w", "--emergency", "--follow-up", day(0))
    with sqlite3.connect(file_of(place.database)) as database:
        database.execute("update follow_ups set due_ms = 1000")
    said = told(place, 1, "check")
    assert f"{PLATFORM}/platform.yaml:1:1:" in said and "1970-01-01" in said
    assert f"tongban platform approve {PLATFORM} --document NO --release active" in said
    assert " overdue" in told(place, 1, "exchange", "tickets")
    assert " overdue" in told(place, 1, "platform", "approvals")


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["--emergency"], "--follow-up DATE"),
        (["--follow-up", "2099-01-01"], "--emergency"),
        (["--emergency", "--follow-up", "2026-01-01"], "that day is over"),
        (["--emergency", "--follow-up", "soon"], "write 2026-12-01"),
        (["--emergency", "--follow-up", "2099-01-01", "--valid-from", "2099-01-01 00:00"],
         "leave --valid-from out"),
        (["--valid-from", "2026-01-01T00:00+08:00"], "has passed"),
        (["--valid-from", "2099-01-01"], "is no moment"),
    ],
)  # fmt: skip
def test_what_an_activation_lacks_is_said_and_nothing_is_in_force(production, arguments, said):
    assert said in activated(production.place, 2, "li.w", *arguments)


def test_an_emergency_without_a_reason_is_refused(production):
    done = told(production.place, 2, "activate", "--why", " ", "--emergency", "--follow-up", "2099-01-01")
    assert "--why REASON" in done


@pytest.mark.parametrize("number", ["", "wang yong", "报告", "110101199003077598-1"])
def test_what_is_no_number_of_a_document_does_not_get_into_the_log(production, number):
    arguments = ("platform", "approve", PLATFORM, "--as", "li.w", "--document", number)
    assert "LT-2026-17" in told(production.place, 2, *arguments)


def test_a_scheduled_release_is_listed_told_to_who_activates_something_else_and_cancelled(production):
    place, moment = production.place, "2099-12-01T00:00+08:00"
    approved(place, 0, "wang.y")
    assert "scheduled" in activated(place, 0, "li.w", "--valid-from", moment)
    assert "scheduled before" in activated(place, 0, "li.w", "--valid-from", moment)
    (row,) = json.loads(told(place, 0, "scheduled", "--json").splitlines()[0])["scheduled"]
    assert (row["valid_from"], row["by"], row["why"]) == (
        "2099-12-01T00:00:00+08:00", "li.w", "their new field",
    )  # fmt: skip
    assert "takes the place of what is in force then" in activated(place, 0, "li.w")
    told(place, 2, "scheduled", "--cancel", moment)
    assert " cancelled" in told(place, 0, "scheduled", "--cancel", moment, "--why", "their date moved")
    assert "nothing is scheduled then" in told(place, 1, "scheduled", "--cancel", moment, "--why", "again")
    assert "0 个定时发布" in told(place, 0, "scheduled")
    kinds = [row[0] for row in ask(place.database, "select kind from audit_entries order by position")]
    assert kinds == ["platform.approved", "release.scheduled", "release.activated", "release.cancelled"]


def test_an_installation_that_is_not_production_asks_for_no_approval(production):
    conf = production.place.conf / "gateway.yaml"
    conf.write_text(conf.read_text().replace("production: true\n", ""))
    activated(production.place, 0, "li.w")
    assert "no findings" in told(production.place, 0, "check")


def test_check_goes_on_where_the_database_cannot_be_looked_at(production):
    place = production.place
    file_of(place.database).unlink()
    assert "could not" not in told(place, 0, "check")
    assert not file_of(place.database).exists(), "check makes nothing"
    file_of(place.database).parent.mkdir(exist_ok=True)
    sqlite3.connect(file_of(place.database)).execute("create table something (else_ text)")
    assert "approvals could not be looked at" in told(place, 0, "check")
