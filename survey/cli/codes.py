"""flask codes: issue, print, void."""

import csv
from pathlib import Path

import click
from flask.cli import AppGroup

from survey.cli.edge import edge, json_option, language_option, minsheng, new_file, progress, say, translator, work
from survey.codes import service
from survey.codes.generator import address, is_code
from survey.codes.layouts import LayoutName
from survey.codes.service import IssuedCode
from survey.codes.sheets import Heading, Slip, write_sheets
from survey.core.errors import N_, Invalid, Problem, Refused
from survey.core.textfile import read_table
from survey.rounds.definition import RoundDefinition
from survey.rounds.service import get_round, list_voter_groups

codes = AppGroup("codes", help="One-time codes, drawn blind.")
_round = click.argument("round_id", metavar="ROUND")
_COLUMNS = ("batch", "group", "class", "code", "url")


@codes.command("issue")
@_round
@click.option("--csv", "file", type=click.Path(path_type=Path), help="Where to write the codes [ROUND-codes.csv].")
@click.option(
    "--spare",
    type=click.IntRange(1, 1_000_000),
    default=None,
    help="Issue a spare batch of so many codes for each group (see --group), to replace lost slips.",
)
@click.option("--group", "only", help="Issue for this voter group only.")
@json_option
@edge
def issue(round_id: str, file: Path | None, spare: int | None, only: str | None, as_json: bool) -> None:
    """Issue the planned codes and write them, shuffled, to a CSV file for the print shop.

    The file is the only place where the codes stand: the database keeps fingerprints.
    """
    file = new_file(file or _csv_of(round_id))
    with work() as session:
        row = get_round(session, round_id)
        groups = [group for group in list_voter_groups(session, row) if only in (None, group.group)]
        if not groups:
            raise Refused(N_("%(round)s has no voter group %(group)s"), round=round_id, group=only)
        total = spare * len(groups) if spare else sum(group.planned for group in groups)
        with progress(N_("Issuing codes"), total, N_("codes")) as step:
            issued = service.issue_codes(session, row, groups, minsheng().code_key, spare=spare or 0, on_batch=step)
        _write_csv(file, issued)
    batches = len({code.batch for code in issued})
    say(
        {"round": round_id, "codes": len(issued), "batches": batches, "file": file},
        N_(
            "%(codes)s codes in %(batches)s batches are issued, shuffled, in %(file)s. Keep that file safe: "
            "it is the only place where they stand."
        ),
        as_json=as_json,
    )


@codes.command("sheets")
@_round
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The PDF file to write.")
@click.option(
    "--layout", type=click.Choice(["24", "10", "1"]), default="24", show_default=True, help="Slips on a page."
)
@click.option("--csv", "file", type=click.Path(path_type=Path), help="The codes, as issued [ROUND-codes.csv].")
@language_option
@json_option
@edge
def sheets(round_id: str, out: Path, layout: LayoutName, file: Path | None, words: str, as_json: bool) -> None:
    """Print the issued codes as slips to cut, in the file's shuffled order."""
    file = file or _csv_of(round_id)
    if not file.exists():
        raise Refused(
            N_(
                "There is no file %(file)s. Codes stand only in the file that `flask codes issue` wrote; "
                "name it with --csv."
            ),
            file=file,
        )
    slips = _read_slips(file)
    with work() as session:
        row = get_round(session, round_id)
        bad = service.unusable_codes(session, row, (slip.code for slip in slips), minsheng().code_key)
        heading = make_heading(RoundDefinition.model_validate(row.definition), words)
    if bad:
        raise Refused(
            N_("%(n)s of %(all)s codes in %(file)s are spent, void or of another round; nothing is printed"),
            n=bad,
            all=len(slips),
            file=file,
        )
    with progress(N_("Printing slips"), -(-len(slips) // int(layout)), N_("pages")) as step:
        report = write_sheets(slips, heading, new_file(out), layout=layout, on_page=lambda _page: step(1))
    say(
        {"round": round_id, "slips": report.slips, "pages": report.pages, "file": out},
        N_("%(slips)s slips on %(pages)s pages are in %(file)s. Print at 100 %%, without fitting to the page."),
        as_json=as_json,
    )


@codes.command("void")
@_round
@click.option("--batch", required=True, help="The batch's name, as in the CSV file.")
@json_option
@edge
def void(round_id: str, batch: str, as_json: bool) -> None:
    """Void the codes of a batch that are not spent."""
    with work() as session:
        n = service.void_batch(session, get_round(session, round_id), batch)
    say(
        {"batch": batch, "voided": n},
        N_("%(voided)s codes of batch %(batch)s are void; spent ones stay spent"),
        as_json=as_json,
    )


def _csv_of(round_id: str) -> Path:
    return Path(f"{round_id}-codes.csv")


def _write_csv(file: Path, issued: list[IssuedCode]) -> None:
    file.touch(mode=0o600)
    base_url = minsheng().settings.base_url
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(_COLUMNS)
        writer.writerows((c.batch, c.group, c.ballot_class, c.code, address(base_url, c.code)) for c in issued)


def _read_slips(file: Path) -> list[Slip]:
    rows = read_table(file, _COLUMNS)
    problems = [
        Problem(f"{file.name}:{row.line}", N_("this is not a code")) for row in rows if not is_code(row.cells["code"])
    ]
    if problems:
        raise Invalid(problems)
    return [Slip(row.cells["code"], row.cells["url"]) for row in rows]


def make_heading(definition: RoundDefinition, language: str) -> Heading:
    """Return the words that stand on every slip of a round."""
    say_in = translator(language)
    closes = definition.closes_at
    return Heading(
        title=definition.title.words(language),
        organiser=definition.organiser.words(language),
        closes=f"{closes:%Y-%m-%d %H:%M}",
        note=say_in(N_("This code can be used once. No name, no phone number, no login, no fee.")),
        address=minsheng().settings.base_url,
        label_code=say_in(N_("Code")),
        label_closes=say_in(N_("Until")),
        label_address=say_in(N_("Or type at")),
        instructions=(
            say_in(N_("1. Scan the QR code, or open the address and type the code.")),
            say_in(N_("2. Answer, look it over, and submit. You may change everything until then.")),
            say_in(N_("3. Nobody can tell who answered what. Afterwards you may throw this slip away.")),
        ),
        scale_note=say_in(N_("50 mm: print at 100 %, without fitting to the page")),
    )
