"""The base of every value that people write in files."""

from pydantic import BaseModel, BeforeValidator, ConfigDict

from survey.core.errors import N_
from survey.core.validation import Rule


class Frozen(BaseModel):
    """A value that never changes and takes no unknown field."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


def _no_truth(value: object) -> object:
    # Python takes true for 1.
    if isinstance(value, bool):
        raise Rule(N_("%(value)s is not a whole number"), value=str(value).lower())
    return value


# Marks a whole number, after its limits.
WHOLE = BeforeValidator(_no_truth)
