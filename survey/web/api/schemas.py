"""What operations take and give, as marshmallow schemas: the same ones check, write and document.

Every field of an answer is always there; what is unknown is null. Every field of an input is checked for its kind
and length here; what it means is checked by the services.
"""

from datetime import datetime
from typing import Any

from marshmallow import RAISE, Schema, ValidationError
from marshmallow.fields import AwareDateTime, Boolean, Date, Dict, Field, Integer, List, Nested, Raw, String
from marshmallow.validate import Length, OneOf, Range

from survey.core.errors import N_
from survey.rounds.models import State
from survey.scoring.evidence import LONGEST
from survey.staff.receivers import LONGEST_URL
from survey.staff.webhooks import EVENTS

MOST_ROUNDS = 200
FIRST_YEAR, LAST_YEAR = 1970, 2199
MOST_ROWS = 50_000
KINDS = ("opinion", "rating", "ballot", "posneg")
DECIMAL = r"^-?[0-9]+(\.[0-9]+)?$"

# What marshmallow says, for the catalogue.
SAID = (
    N_("Missing data for required field."),
    N_("Unknown field."),
    N_("Field may not be null."),
    N_("Invalid input type."),
    N_("Not a valid string."),
    N_("Not a valid integer."),
    N_("Not a valid boolean."),
    N_("Not a valid list."),
    N_("Not a valid date."),
    N_("Not a valid datetime."),
    N_("Not a valid aware datetime."),
)


class Input(Schema):
    """An input: what is not foreseen is refused by name."""

    class Meta:
        """Refuse what is unknown."""

        unknown = RAISE


def text(most: int, *, least: int = 1, **more: Any) -> String:  # noqa: ANN401 - the field's own
    """Return a field that must be there."""
    return String(required=True, validate=Length(least, most), **more)


def maybe(most: int) -> String:
    """Return a field that may be left out; it is then empty."""
    return String(load_default="", validate=Length(0, most))


def given(kind: type[Field[Any]], *, null: bool = False, says: str = "", **more: Any) -> Field[Any]:  # noqa: ANN401 - the field's own
    """Return a field that is always in an answer."""
    metadata = {"description": says} if says else {}
    return kind(required=True, allow_none=null, metadata=metadata, **more)


def decimal(says: str) -> String:
    """Return a figure that is a text in an answer, or null."""
    return String(required=True, allow_none=True, metadata={"description": says, "pattern": DECIMAL})


# --- what everybody may ask --------------------------------------------------------------------------------------


class Asked(Input):
    """What may stand in every address."""

    lang = String(
        validate=OneOf(("en", "zh")),
        metadata={"description": "The language of words; else Accept-Language decides, else English."},
    )


class RoundsAsked(Asked):
    """Which rounds."""

    state = String(validate=OneOf([one.value for one in State]))
    after = String(validate=Length(1, 40), metadata={"description": "`next` of the page before."})
    limit = Integer(load_default=100, validate=Range(1, MOST_ROUNDS))


class CaseAsked(Asked):
    """Whose case."""

    office = String(
        validate=Length(0, 40),
        metadata={"description": "The office's code; else the token's own."},
    )


# --- problems ----------------------------------------------------------------------------------------------------


class FaultSchema(Schema):
    """One thing that is wrong."""

    pointer = String(metadata={"description": "JSON pointer into the body."})
    parameter = String(metadata={"description": "The parameter's name."})
    detail = given(String)


class ProblemSchema(Schema):
    """A problem (RFC 9457)."""

    type = given(String)
    title = given(String)
    status = given(Integer)
    detail = given(String)
    errors = List(Nested(FaultSchema))


# --- rounds ------------------------------------------------------------------------------------------------------


class WordsSchema(Schema):
    """A text in two languages."""

    zh = given(String)
    en = given(String, null=True)


class RoundSchema(Schema):
    """A round."""

    id = given(String)
    office = given(String, says="The code of the office it belongs to; empty for the root.")
    title = given(Nested, nested=WordsSchema)
    kind = given(String, validate=OneOf(KINDS))
    secret = given(Boolean, says="Whether its figures move in steps while it is open.")
    state = given(String, validate=OneOf([one.value for one in State]))
    questionnaire = given(String, says="`id@version`")
    opens_at = given(AwareDateTime)
    closes_at = given(AwareDateTime)
    opened_at = given(AwareDateTime, null=True)
    closed_at = given(AwareDateTime, null=True)
    counted_at = given(AwareDateTime, null=True)
    published_at = given(AwareDateTime, null=True)


class RoundsSchema(Schema):
    """A page of rounds."""

    items = given(List, cls_or_instance=Nested(RoundSchema))
    next = given(String, null=True, says="Ask again with `after=` this, for more; null at the end.")


class FiguresSchema(Schema):
    """How many codes ended how; the four parts sum to all that were ever made. Null where the cell is masked."""

    planned = given(Integer)
    issued = given(Integer, null=True)
    spent = given(Integer, null=True, says="Rounded down to a multiple of the step.")
    waiting = given(Integer, null=True)
    void = given(Integer, null=True)
    expired = given(Integer, null=True)
    rate = decimal("Percent of the issued, two decimals.")
    masked = given(Boolean, says="Whether so few codes were issued, here or beside it, that nothing is shown.")


class GroupFiguresSchema(FiguresSchema):
    """The same of one group and class."""

    group = given(String)
    ballot_class = given(String)


class TurnoutSchema(Schema):
    """The response of a round."""

    round = given(String)
    state = given(String, validate=OneOf([one.value for one in State]))
    step = given(Integer, says="1: exact.")
    total = given(Nested, nested=FiguresSchema)
    groups = given(List, cls_or_instance=Nested(GroupFiguresSchema))


# --- results -----------------------------------------------------------------------------------------------------

CELL = Raw(allow_none=True, metadata={"type": ["string", "integer"]})


class ColumnSchema(Schema):
    """A column."""

    key = given(String)
    heading = given(String)


class TableSchema(Schema):
    """A table; decimals are strings."""

    name = given(String)
    title = given(String)
    columns = given(List, cls_or_instance=Nested(ColumnSchema))
    rows = given(List, cls_or_instance=Dict(keys=String(), values=CELL))


class RoundResultsSchema(Schema):
    """The published report of a round; figures that are too small are left out of it."""

    round = given(String)
    published_at = given(AwareDateTime)
    tables = given(List, cls_or_instance=Nested(TableSchema))


class SchemeResultsSchema(Schema):
    """The published run of a scheme."""

    scheme = given(String)
    version = given(Integer)
    run = given(Integer)
    content_hash = given(String)
    published_at = given(AwareDateTime)
    tables = given(List, cls_or_instance=Nested(TableSchema))


# --- components --------------------------------------------------------------------------------------------------


class ComponentRow(Input):
    """One row of components.csv."""

    subject = text(40)
    component = text(40)
    value = text(LONGEST["value"])
    source = text(LONGEST["source"])
    confirmed_by = text(LONGEST["confirmed_by"])
    period = maybe(40)
    confirmed_on = Date()


class Components(Input):
    """Rows of components.csv; all of them are filed, or none."""

    rows = List(Nested(ComponentRow), required=True, validate=Length(1, MOST_ROWS))


class Filed(Schema):
    """What was filed."""

    scheme = given(String)
    filed = given(Integer)


# --- ratings -----------------------------------------------------------------------------------------------------


def _of_this_age(moment: datetime) -> None:
    # Moments at the ends of the calendar have no equal in UTC.
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise ValidationError("Not a valid aware datetime.")


class FinishedCase(Input):
    """A case that an office has finished, to be rated once."""

    plan = text(45, metadata={"description": "The rating plan, `id` or `id@version`."})
    case_ref = text(80, metadata={"description": "The case in the office's own system."})
    item = text(100)
    unit = text(100)
    closed_at = AwareDateTime(required=True, format="iso", validate=_of_this_age)
    office = String(validate=Length(0, 40))
    window = maybe(100)
    handler = maybe(100)
    channel = maybe(40)
    reachable = Boolean(load_default=True, truthy={True}, falsy={False})


class Minted(Schema):
    """The code of a case; the same for the same case."""

    office = given(String)
    case_ref = given(String)
    code = given(String, says="20 digits.")
    url = given(String, says="The address of the rating page, for a message or a QR code.")


class CaseSchema(Schema):
    """What is known of a case: never what was said of it."""

    office = given(String)
    case_ref = given(String)
    plan = given(String)
    item = given(String)
    unit = given(String)
    channel = given(String)
    closed_at = given(AwareDateTime)


# --- webhooks ----------------------------------------------------------------------------------------------------


class WebhookWish(Input):
    """An address that is to be told of events."""

    url = text(LONGEST_URL)
    events = List(String(validate=OneOf(tuple(EVENTS))), required=True, validate=Length(1, len(EVENTS)))
    office = String(validate=Length(0, 40))


class WebhookSchema(Schema):
    """A webhook."""

    id = given(String)
    office = given(String)
    url = given(String)
    events = given(List, cls_or_instance=String())
    gone = given(Boolean, says="Whether it answered 410 and is told nothing more, until it is tested.")


class NewWebhook(WebhookSchema):
    """A webhook just added, with the key of its signatures, which is shown this once."""

    secret = given(String, says="`whsec_` and the key in base64 (Standard Webhooks).")


class WebhooksSchema(Schema):
    """All webhooks that the token reaches."""

    items = given(List, cls_or_instance=Nested(WebhookSchema))
