"""The command line. 0 sound, 1 findings, 2 cannot run; results on stdout, talk on stderr."""

import sys

import click

from gateway import __version__, logs
from gateway.cli import (
    acceptance,
    call,
    catalogue,
    declared,
    errors,
    exchange,
    mapping,
    platform,
    reconcile,
    schema,
    serve,
    simulate,
    store,
)
from gateway.cli.asking import Stop


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tongban")
def tongban() -> None:
    """通办：跨省通办交换网关。 The exchange gateway for services handled across provinces."""
    logs.configure()  # to stderr: stdout is for results


tongban.add_command(serve.serve)
tongban.add_command(declared.check)
tongban.add_command(declared.activate)
tongban.add_command(mapping.mapping)
tongban.add_command(catalogue.item)
tongban.add_command(catalogue.caller)
tongban.add_command(exchange.exchange)
platform.platform.add_command(call.call)
platform.platform.add_command(simulate.simulate)
platform.platform.add_command(acceptance.acceptance)
tongban.add_command(platform.platform)
tongban.add_command(store.store)
tongban.add_command(reconcile.reconcile)
tongban.add_command(schema.schema)
tongban.add_command(errors.errors)


def main() -> None:
    """Entry point: whatever stops a command is said in one line, with what to do next."""
    try:
        code = tongban.main(standalone_mode=False)
    except Stop as stop:
        click.echo(str(stop), err=True)
        sys.exit(stop.code)
    except click.exceptions.Abort:
        click.echo("已中止 / aborted", err=True)
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    sys.exit(code if isinstance(code, int) else 0)
