"""tongban item code: a code part by part, and what is wrong with it."""

import click

from gateway.items.codes import faults, parse, parts, remarks


@click.command("code")
@click.argument("code")
def code(code: str) -> int:
    """逐段解释一个事项编码。 Explain an item code part by part, and what is wrong with it."""
    parsed = parse(code)
    for part in parts(parsed):
        click.echo(f"{part.name:<12} {part.text} {part.meaning}".rstrip())
    wrong = faults(parsed)
    for problem in (*wrong, *remarks(parsed)):
        click.echo(f"{problem.text('zh')} / {problem.text('en')}", err=True)
    return 1 if wrong else 0
