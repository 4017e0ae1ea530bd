"""The base of every value that people write in files."""

from pydantic import BaseModel, ConfigDict


class Frozen(BaseModel):
    """A value that never changes and takes no unknown field."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)
