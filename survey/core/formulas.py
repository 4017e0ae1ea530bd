"""What a spreadsheet would run as a formula: made inert in what is written, undone in what is read back.

A text that begins like one, whatever apostrophes stand before, gets one apostrophe more. So taking one away gives
exactly what was written, also of a text that began with an apostrophe by itself.
"""

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def inert(text: str) -> str:
    """Return a text as it may stand in a cell of a CSV file."""
    return f"'{text}" if _begins_like_one(text) else text


def as_written(cell: str) -> str:
    """Return the text that ``inert`` made inert; any other as it is."""
    return cell[1:] if cell.startswith("'") and _begins_like_one(cell) else cell


def _begins_like_one(text: str) -> bool:
    return text.lstrip("'").startswith(STARTS)
