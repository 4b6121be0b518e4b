"""tongban errors: the page of every code that a caller can meet."""

import click

from gateway.web.openapi.errors import page


@click.command()
def errors() -> int:
    """打印全部错误代码（Markdown）。 Print every problem code as docs/errors.md has it."""
    click.echo(page(), nl=False)
    return 0
