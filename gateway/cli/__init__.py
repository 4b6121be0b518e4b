"""The command line. 0 sound, 1 findings, 2 cannot run; results on stdout, talk on stderr."""

import sys

import click

from gateway import __version__, logs
from gateway.cli.asking import Stop
from gateway.cli.lazy import Lazy

_COMMANDS = {
    "serve": "gateway.cli.serve.serve:serve",
    "check": "gateway.cli.declared:check",
    "activate": "gateway.cli.declared:activate",
    "scheduled": "gateway.cli.scheduled:scheduled",
    "mapping": "gateway.cli.mapping.group:mapping",
    "guide": "gateway.cli.guide.group:guide",
    "item": "gateway.cli.catalogue:item",
    "account": "gateway.cli.account:account",
    "agreement": "gateway.cli.agreement:agreement",
    "calendar": "gateway.cli.calendar:calendar",
    "caller": "gateway.cli.catalogue:caller",
    "case": "gateway.cli.case:case",
    "exchange": "gateway.cli.exchange:exchange",
    "platform": "gateway.cli.platform.group:platform",
    "desk": "gateway.cli.desk.group:desk",
    "log": "gateway.cli.log:log",
    "store": "gateway.cli.store:store",
    "webhook": "gateway.cli.webhook:webhook",
    "reconcile": "gateway.cli.reconcile:reconcile",
    "schema": "gateway.cli.schema:schema",
    "states": "gateway.cli.states:states",
    "errors": "gateway.cli.errors:errors",
}


@click.group(cls=Lazy, lazy=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tongban")
def tongban() -> None:
    """通办：跨省通办交换网关。 The exchange gateway for services handled across provinces."""
    logs.configure()  # to stderr: stdout is for results


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
