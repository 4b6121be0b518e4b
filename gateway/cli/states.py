"""tongban states: the page of the states of a case, as the code has them."""

import click

from gateway.cases.page import page


@click.command()
def states() -> int:
    """打印办件状态说明（docs/case-life.md）。 Print the page of the states of a case."""
    click.echo(page(), nl=False)
    return 0
