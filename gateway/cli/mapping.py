"""tongban mapping: what the mappings say, and what they would do."""

import click

from gateway.cli.mapping_diff import diff
from gateway.cli.mapping_sheet import sheet


@click.group()
def mapping() -> None:
    """映射。 What the mappings say, and what they would do."""


mapping.add_command(diff)
mapping.add_command(sheet)
