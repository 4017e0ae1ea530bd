"""Any questionnaire that is right, as its document: every kind, every field, lists in every order."""

from decimal import Decimal

from hypothesis import strategies as st

# What no browser sends as it was typed: other line ends, signs that nobody sees, halves of signs.
TEXTS = st.text(st.characters(exclude_categories=("Cc", "Cs")) | st.sampled_from("\n<>&\"'{%"), min_size=1, max_size=30)
SENTENCES = TEXTS.map(str.strip).filter(bool)
WORDS = st.fixed_dictionaries({"zh": SENTENCES, "en": SENTENCES})
POINTS = st.decimals(-1000, 1000, places=2).map(str) | st.sampled_from(["0", "1E+2", "99.9000"])
SELECTORS = st.sampled_from(["unit", "cadre", "head", "deputy", "type:县区", "type:a, b", "type:<i>"])
KINDS = ("scale", "single", "multiple", "statement", "number", "text")


@st.composite
def options(draw, least=2, most=5):
    codes = draw(st.lists(st.sampled_from([f"c{n}" for n in range(9)]), min_size=least, max_size=most, unique=True))
    return [{"code": code, **draw(WORDS), **draw(_worth())} for code in codes]


@st.composite
def _worth(draw):
    counted = draw(st.booleans())
    worth = {"scored": draw(st.booleans()), "counted": counted, "satisfied": counted and draw(st.booleans())}
    return worth | ({"points": draw(POINTS)} if draw(st.booleans()) else {})


@st.composite
def documents(draw):
    """Give a document; its id is to be put in."""
    scales = draw(st.dictionaries(st.sampled_from(["s", "s-2", "a_b"]), options(), max_size=2))
    sheets = draw(st.sampled_from([[], draw(st.lists(WORDS, min_size=2, max_size=2))]))
    items, codes = [], {}
    for number in range(draw(st.integers(2 if sheets else 1, 4))):
        item = draw(_item(scales)) | {"id": f"item{number}"} | draw(WORDS)
        if sheets:
            item["sheet"] = number % 2 + 1
        asked = [one for one in items if codes[one["id"]] and _may_ask(one, item)]
        if asked and draw(st.booleans()):
            first = draw(st.sampled_from(asked))
            item["show_if"] = {first["id"]: draw(st.permutations(codes[first["id"]]))[:2]}
        codes[item["id"]] = _codes(item, scales)
        items.append(item)
    document = {"version": 1, "title": draw(WORDS), "scales": scales, "items": items}
    document |= {"sheets": sheets} if sheets else {}
    return document | ({"intro": draw(WORDS)} if draw(st.booleans()) else {})


def _may_ask(earlier, item):
    return earlier.get("sheet") == item.get("sheet") and (earlier["per"] == "ballot" or item["per"] == "subject")


def _codes(item, scales):
    if item["kind"] == "statement":
        return ["yes", "no", "dk"]
    return [option["code"] for option in item.get("options") or scales.get(item.get("scale"), ())]


@st.composite
def _item(draw, scales):
    kind = draw(st.sampled_from(KINDS if scales else KINDS[1:]))
    item = {"kind": kind, "required": draw(st.booleans()), "per": draw(st.sampled_from(["ballot", "subject"]))}
    item["weight"] = draw(st.sampled_from(["1", "0", "2.50", "100"]))
    if item["per"] == "subject":
        item["only"] = draw(st.lists(SELECTORS, max_size=3))
        item["overall"] = draw(st.booleans())
    if kind == "scale":
        item["scale"] = draw(st.sampled_from(sorted(scales)))
    elif kind in ("single", "multiple"):
        item["options"] = draw(options())
        if kind == "multiple":
            item["at_most"] = draw(st.none() | st.integers(1, len(item["options"])))
            item["at_least"] = draw(st.integers(0, item["at_most"] or 2))
    elif kind == "statement":
        item["polarity"] = draw(st.sampled_from(["positive", "negative"]))
    elif kind == "number":
        least = draw(st.integers(-500, 400))
        item |= {"minimum": str(Decimal(least)), "maximum": str(least + draw(st.integers(1, 99)))}
        item |= {"places": draw(st.integers(0, 4)), "scored": draw(st.booleans())}
    else:
        item |= {"min_length": draw(st.integers(1, 5)), "max_length": draw(st.integers(5, 1000))}
    return item
