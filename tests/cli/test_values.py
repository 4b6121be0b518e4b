"""Values are asked for together with the ground for it, before anything is opened."""

import click
import pytest

from gateway.cli.trace import trace


@pytest.mark.parametrize("more", [["--values"], ["--why", "r"], ["--values", "--why", " "]])
def test_values_and_the_reason_for_them_are_given_together(more):
    with pytest.raises(click.UsageError, match="--values --why TEXT"):
        trace.main(["0" * 26, *more], standalone_mode=False)
