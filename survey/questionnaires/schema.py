"""A questionnaire as people write it: scales first, then items; and the content hash that freezes it."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, model_validator

from survey.core.errors import N_
from survey.core.ids import content_hash
from survey.core.model import WHOLE, Frozen
from survey.core.validation import Rule, Rules
from survey.core.yamlfile import load_model
from survey.questionnaires.kinds import AnyItem
from survey.questionnaires.kinds.scale import ScaleItem
from survey.questionnaires.words import Item, Name, Option, Options, Words, unsaid

__all__ = ["Item", "Option", "Options", "Questionnaire", "Words", "read_questionnaire"]

MOST_ITEMS = 100
MOST_STEPS = 20


class Questionnaire(Frozen):
    """What is asked: one version, complete in itself.

    Attributes:
        id: its name, the same in all versions.
        version: counts up; a version that was added never changes.
        sheets: titles of the two forms of one sitting (正向, 反向), each sealed by itself; empty for a single form.
        scales: options by scale, shared by the items of kind scale.
        items: the questions in their order.
    """

    id: Name
    version: Annotated[int, Field(ge=1, le=9999), WHOLE]
    title: Words
    intro: Words | None = None
    sheets: Annotated[tuple[Words, ...], Field(max_length=2), unsaid(default=())] = ()
    scales: dict[Name, Annotated[Options, Field(min_length=2, max_length=MOST_STEPS)]] = Field(default_factory=dict)
    items: Annotated[tuple[AnyItem, ...], Field(min_length=1, max_length=MOST_ITEMS)]

    @model_validator(mode="after")
    def _check(self) -> "Questionnaire":
        # The model is frozen for everyone else; here it is still being made.
        object.__setattr__(self, "items", tuple(self._with_steps(item) for item in self.items))
        faults = [*self._faults_of_codes(), *self._faults_of_items(), *self._faults_of_sheets()]
        if faults:
            raise Rules(faults)
        return self

    def _with_steps(self, item: Item) -> Any:  # noqa: ANN401 - the union of all kinds
        if isinstance(item, ScaleItem) and item.scale in self.scales:
            return item.with_steps(self.scales[item.scale])
        return item

    def _faults_of_codes(self) -> Iterator[Rule]:
        lists: list[tuple[tuple[str | int, ...], Options]] = [
            (("scales", name), options) for name, options in self.scales.items()
        ]
        lists += [
            (("items", i, "options"), item.options)
            for i, item in enumerate(self.items)
            if not isinstance(item, ScaleItem)
        ]
        for place, options in lists:
            codes = [option.code for option in options]
            for i, code in enumerate(codes):
                if code in codes[:i]:
                    yield Rule(N_("the option %(code)s stands here twice"), *place, i, "code", code=code)

    def _faults_of_items(self) -> Iterator[Rule]:
        known: dict[str, Item] = {}
        for i, item in enumerate(self.items):
            if item.id in known:
                yield Rule(N_("the item %(id)s stands here twice"), "items", i, "id", id=item.id)
            scale = self._unknown_scale(item)
            if scale is not None:
                known_scales = ", ".join(self.scales) or "-"
                message = N_("there is no scale %(scale)s; known: %(known)s")
                yield Rule(message, "items", i, "scale", scale=scale, known=known_scales)
            yield from self._faults_of_condition(i, item, known)
            known.setdefault(item.id, item)

    def _unknown_scale(self, item: Item) -> str | None:
        """Return the name of the scale that an item uses but that is not here."""
        return item.scale if isinstance(item, ScaleItem) and item.scale not in self.scales else None

    def _faults_of_condition(self, i: int, item: Item, known: dict[str, Item]) -> Iterator[Rule]:
        for asked, codes in (item.show_if or {}).items():
            place = ("items", i, "show_if", asked)
            if asked not in known:
                yield Rule(N_("show_if names %(asked)s, which is no earlier item"), *place, asked=asked)
                continue
            if known[asked].per == "subject" and item.per != "subject":
                message = N_("show_if names %(asked)s, which is asked per subject; so must this item be")
                yield Rule(message, *place, asked=asked)
            if known[asked].sheet != item.sheet:
                message = N_("show_if names %(asked)s, which stands on the other sheet: nothing may join the two")
                yield Rule(message, *place, asked=asked)
            if self._unknown_scale(known[asked]) is None:
                yield from self._faults_of_answers(place, codes, known[asked])

    @staticmethod
    def _faults_of_answers(place: tuple[str | int, ...], codes: Sequence[str], asked: Item) -> Iterator[Rule]:
        allowed = [option.code for option in asked.options]
        for code in codes:
            if code not in allowed:
                yield Rule(
                    N_("show_if names the option %(code)s; %(asked)s has: %(allowed)s"),
                    *place,
                    code=code,
                    asked=asked.id,
                    allowed=", ".join(allowed) or "-",
                )

    def _faults_of_sheets(self) -> Iterator[Rule]:
        if len(self.sheets) == 1:
            yield Rule(N_("one form needs no sheets; name two, or leave the field out"), "sheets")
            return
        for number, title in enumerate(self.sheets, 1):
            if all(item.sheet != number for item in self.items):
                yield Rule(N_("no item stands on the sheet %(title)s"), "sheets", number - 1, title=title.zh)
        for i, item in enumerate(self.items):
            if item.sheet > max(1, len(self.sheets)):
                yield Rule(N_("there is no sheet %(sheet)s"), "items", i, "sheet", sheet=item.sheet)

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of the canonical document: 64 hex digits."""
        return content_hash(self.document())

    @property
    def reference(self) -> str:
        """``id@version``, as rounds name it."""
        return f"{self.id}@{self.version}"

    def document(self) -> dict[str, Any]:
        """Return the whole questionnaire as plain data, from which it can be built again."""
        return self.model_dump(mode="json", by_alias=True)

    def item(self, item_id: str) -> Item:
        """Return the item of a name; KeyError when there is none."""
        return self._by_id[item_id]

    @cached_property
    def _by_id(self) -> dict[str, Item]:
        return {item.id: item for item in self.items}


def read_questionnaire(file: Path) -> Questionnaire:
    """Read and validate a questionnaire file.

    Raises:
        Invalid: with every fault's line, field, reason and what is allowed.
    """
    return load_model(file, Questionnaire)
