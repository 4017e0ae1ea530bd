"""flask worker: do the long jobs that the desk asks for."""

import click

from survey.cli.edge import edge, minsheng, translate
from survey.core.errors import N_
from survey.worker.consumer import work_off, work_until_stopped


@click.command("worker")
@click.option(
    "--threads", type=click.IntRange(1, 16), default=2, show_default=True, help="How many jobs are done side by side."
)
@click.option("--once", is_flag=True, help="Do the jobs that wait, and end.")
@edge
def worker(threads: int, once: bool) -> None:
    """Do long jobs: issue and print codes, count, make files. Runs beside the server until it is stopped."""
    made = minsheng()
    if once:
        work_off(made.settings, made.engine, made.code_key)
        return
    click.echo(translate(N_("The worker waits for jobs; stop it with Ctrl-C")))
    work_until_stopped(made.settings, made.engine, made.code_key, threads=threads)
