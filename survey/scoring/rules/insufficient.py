"""No data is "insufficient" (样本不足), never 0 and never a number."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from survey.core.errors import N_, same

LIST_SEPARATOR = N_(", ")


@dataclass(frozen=True)
class Insufficient:
    """Stands where a figure would stand, and says why there is none.

    Attributes:
        message: English sentence with ``%(name)s`` places; ``%(parts)s`` is the list of ``parts``.
        figures: the values for those places.
        parts: codes of the items or subjects that are to blame, when the figure was made of several.
    """

    message: str
    figures: Mapping[str, object] = field(default_factory=dict)
    parts: tuple[str, ...] = ()

    def say(self, translate: Callable[[str], str] = same, name: Callable[[str], str] = same) -> str:
        """Return the reason in words; ``name`` turns the code of a part into its name."""
        listed = translate(LIST_SEPARATOR).join(name(part) for part in self.parts)
        return translate(self.message) % {**self.figures, "parts": listed}
