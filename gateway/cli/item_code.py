"""tongban item code: a code part by part, and what is wrong with it."""

import click

from gateway.items.codes import TITLES, faults, form, parse, parts, remarks
from gateway.items.local_codes import SEPARATOR


@click.command("code")
@click.argument("code")
def code(code: str) -> int:
    """逐段解释一个事项编码。 Explain an item code part by part, and what is wrong with it; nothing is mended."""
    parsed = parse(code)
    found = form(parsed)
    click.echo(f"{'form':<12} {found} {TITLES[found]}")
    for part in parts(parsed):
        if part.name != SEPARATOR:
            click.echo(f"{part.name:<12} {part.text} {part.meaning}".rstrip())
    wrong = faults(parsed)
    for problem in (*wrong, *remarks(parsed)):
        click.echo(f"{problem.text('zh')} / {problem.text('en')}", err=True)
    return 1 if wrong else 0
