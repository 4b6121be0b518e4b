"""What is asked of `retry` and `tickets` in no known form is told with the form, before anything is opened."""

import click
import pytest

from gateway.cli.retry import retry
from gateway.cli.tickets import tickets


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--filter", "colour=red"], "state=…,platform=…,operation=…,cause=…,older=…"),
        (["--filter", "state"], "state=…"),
        (["--filter", "state="], "state=…"),
        (["--filter", "state=waiting,state=deferred"], "state=…"),
        (["--filter", "state=sending"], "deferred, waiting"),
        (["--filter", "state=differed"], "did you mean 'deferred'?"),
        (["--filter", "state=held"], "settle"),
        (["--filter", "older=10"], "10m"),
        (["--every", "often"], "30s"),
        (["--most", "0"], "range 1<=x"),
        (["--go"], "--reason"),
        (["--go", "--reason", " "], "--reason"),
        (["--reason", "r"], "--go"),
        (["--go", "--reason", "r", "--as", "张三"], "staff number"),
    ],
)
def test_a_retry_is_asked_for_in_its_form(arguments, told):
    with pytest.raises(click.UsageError) as error:
        retry.main(arguments, standalone_mode=False)
    assert told in error.value.format_message()


@pytest.mark.parametrize(
    "arguments", [["--close", "x"], ["--reason", "r"], ["--close", "x", "--reason", " "]]
)
def test_a_ticket_is_closed_with_a_reason(arguments):
    with pytest.raises(click.UsageError, match="--close EXCHANGE_ID --reason TEXT"):
        tickets.main(arguments, standalone_mode=False)
