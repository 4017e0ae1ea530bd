"""flask api-tokens: make, list and revoke the tokens of programs."""

from datetime import timedelta

import click
from flask.cli import AppGroup

from survey.cli.edge import edge, json_option, minsheng, say, say_table, work
from survey.core.clock import now
from survey.core.errors import N_
from survey.core.ids import derive_key
from survey.core.sentences import day_of
from survey.staff import tokens
from survey.staff.actor import TERMINAL
from survey.staff.models import ROOT

api_tokens = AppGroup("api-tokens", help="What other programs may ask for.")


@api_tokens.command("make")
@click.argument("name")
@click.option("--office", default=ROOT, help="The office's code [the root office].")
@click.option(
    "--scope",
    "scopes",
    type=click.Choice([scope.value for scope in tokens.Scope]),
    multiple=True,
    required=True,
    help="What it may do; may be given several times.",
)
@click.option("--days", type=click.IntRange(1, tokens.LONGEST_LIFE.days), default=90, show_default=True)
@json_option
@edge
def make(name: str, office: str, scopes: tuple[str, ...], days: int, as_json: bool) -> None:
    """Make a token for the program NAME and print it this once."""
    made_at = now()
    key = derive_key(minsheng().settings.secret_key, tokens.PURPOSE_OF_KEY)
    wish = tokens.Wish(name, office, scopes, made_at + timedelta(days=days))
    with work() as session:
        row, text = tokens.make_token(session, key, wish, TERMINAL, made_at)
    say(
        {"id": row.id, "name": row.name, "office": office, "scopes": row.scopes, "token": text},
        N_("The token of %(name)s (%(id)s); nobody can show it again: %(token)s"),
        as_json=as_json,
    )


@api_tokens.command("list")
@json_option
@edge
def list_(as_json: bool) -> None:
    """List the tokens, never their secrets."""
    with work() as session:
        rows = [
            {
                "id": row.id,
                "name": row.name,
                "office": row.office,
                "scopes": " ".join(row.scopes),
                "until": day_of(row.ends_at),
                "used": row.used_on or "",
                "revoked": day_of(row.revoked_at) if row.revoked_at else "",
            }
            for row in tokens.list_tokens(session)
        ]
    columns = {
        "id": N_("Token"),
        "name": N_("Program"),
        "office": N_("Office"),
        "scopes": N_("What it may do"),
        "until": N_("Works until"),
        "used": N_("Last used"),
        "revoked": N_("Revoked"),
    }
    say_table(rows, columns, as_json=as_json)


@api_tokens.command("revoke")
@click.argument("token_id", metavar="ID")
@json_option
@edge
def revoke(token_id: str, as_json: bool) -> None:
    """End the token ID at once."""
    with work() as session:
        row = tokens.get_token(session, token_id)
        tokens.revoke_token(session, row, TERMINAL, now())
    say(
        {"id": row.id, "name": row.name},
        N_("The token %(name)s is revoked; it works no more"),
        as_json=as_json,
    )
