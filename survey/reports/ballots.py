"""The report of a democratic ballot or a test: results, classes, votes, count sheet, remarks, method."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from survey.core.errors import N_, Problem
from survey.counting.figures import Text
from survey.questionnaires.words import Item
from survey.reports.ballot_method import ballot_method_table
from survey.reports.disclosure import HIDDEN
from survey.reports.disclosure.ballot import ShownBallots, protect_ballots
from survey.reports.names import Names
from survey.reports.response import TEXTS, turnout_table
from survey.reports.table import Cell, Headings, Table, make_table, rounded
from survey.reports.units import INDEX_PLACES, PROTECTED
from survey.rounds.rules import in_words
from survey.scoring.ballot_results import TOGETHER, BallotResults, ItemVotes, SubjectResult, Votes
from survey.scoring.rules.insufficient import Insufficient
from survey.scoring.rules.sheet import CountSheet, percent
from survey.scoring.rules.steps import StepResult
from survey.scoring.sheets import Sheets
from survey.turnout.rules import Disposition

RESULTS: Headings = (
    ("code", N_("Unit code")),
    ("name", N_("Name")),
    ("post", N_("Post")),
    ("group", N_("Ranking group")),
    ("rank", N_("Rank")),
    ("total", N_("Weighted total")),
    ("stored", N_("Total as ranked")),
    ("proposal", N_("Proposal, for a person to decide")),
    ("remark", N_("Note")),
)
CLASSES: Headings = (
    ("code", N_("Unit code")),
    ("name", N_("Name")),
    ("class", N_("Ballot class")),
    ("words", N_("Class")),
    ("weight", N_("Weight")),
    ("minimum", N_("Fewest ballots")),
    ("n", N_("Scored ballots")),
    ("mean", N_("Class mean")),
)
VOTES: Headings = (
    ("code", N_("Unit code")),
    ("name", N_("Name")),
    ("item", N_("Item id")),
    ("question", N_("Question")),
    ("class", N_("Ballot class")),
    ("option", N_("Option code")),
    ("words", N_("Option")),
    ("votes", N_("Votes")),
    ("base", N_("Base")),
    ("share", N_("Share, %")),
)
SHEET: Headings = (
    ("class", N_("Ballot class")),
    ("expected", N_("Expected")),
    ("present", N_("Present")),
    ("issued", N_("Ballots issued")),
    ("returned", N_("Ballots returned")),
    ("valid", N_("Valid")),
    ("void", N_("Not valid")),
    ("unreadable", N_("Unreadable")),
    ("attendance", N_("Attendance, %")),
    ("return_rate", N_("Returned, %")),
    ("valid_rate", N_("Valid, %")),
    ("remark", N_("Note")),
)
TOGETHER_WORD = N_("all classes")
BLANK_WORD = N_("left blank")
STANDS = N_("the vote counts; all sums agree")
REPEAT = N_("the vote is void and must be repeated")


def ballot_tables(
    results: BallotResults,
    sheets: Sheets,
    turnout: Sequence[Disposition],
    translate: Callable[[str], str],
    *,
    language: str = "zh",
) -> tuple[Table, ...]:
    """Return every table of a ballot's report, the results first.

    Args:
        results: the scored ballots.
        sheets: the count sheets.
        turnout: the response account, one entry a group and class.
        translate: from an English sentence of the program to the reader's language.
        language: the language of the round's own words, zh or en.
    """
    names = Names(results.frozen, translate, language)
    shown = protect_ballots(results)
    return (
        make_table("results", N_("Results"), RESULTS, _results(names, results, shown, sheets), translate),
        make_table("classes", N_("Ballot classes"), CLASSES, _classes(names, results, shown), translate),
        make_table("votes", N_("Votes"), VOTES, _votes(names, results, shown), translate),
        make_table("sheet", N_("Count sheet"), SHEET, _sheet(names, sheets), translate),
        turnout_table(names, turnout),
        make_table("texts", N_("Remarks"), TEXTS, _texts(names, results, shown), translate),
        ballot_method_table(names, results, sheets),
    )


def _results(names: Names, results: BallotResults, shown: ShownBallots, sheets: Sheets) -> Iterator[dict[str, Cell]]:
    for subject in results.subjects:
        row: dict[str, Cell] = {
            "code": subject.code,
            "name": names.subject(subject.code),
            "post": names.post(subject.code),
            "group": names.group(subject.code),
        }
        if sheets.verdict.repeat:
            yield row | {"remark": names.translate(REPEAT)}
            continue
        row["proposal"] = _proposal(names, subject)
        if isinstance(subject.total, Insufficient):
            yield row | {"remark": _why(names, subject.total)} | _unproven(results, subject, shown)
        elif not shown.total(subject.code):
            hidden = dict.fromkeys(("rank", "total", "stored", "proposal"), HIDDEN)
            yield row | hidden | {"remark": names.translate(PROTECTED)}
        else:
            yield row | {
                "rank": subject.rank,
                "total": rounded(subject.exact, INDEX_PLACES),
                # Six decimals of a total are solved for votes that two decimals leave open, and no audit asks them.
                "stored": subject.stored if shown.everything(subject.code) else HIDDEN,
                "remark": _left_out(names, subject),
            }


def _left_out(names: Names, subject: SubjectResult) -> str | None:
    assert not isinstance(subject.total, Insufficient)
    if not subject.total.left_out:
        return None
    sentence = N_("without class %(classes)s, which was short of ballots; staff approved it")
    return names.translate(sentence) % {"classes": names.classes(subject.total.left_out)}


def _why(names: Names, insufficient: Insufficient) -> str:
    return insufficient.say(names.translate, lambda code: names.ballot_class(code) or code)


def _unproven(results: BallotResults, subject: SubjectResult, shown: ShownBallots) -> dict[str, Cell]:
    """Hide a proposal from votes that are hidden, where there is no total that is hidden with them."""
    table = results.frozen.definition.rules.levels
    if table is None or not isinstance(subject.levels, StepResult):
        return {}
    options = {option for tried in subject.levels.tried for option in tried.step.options}
    if all(shown.votes(subject.code, table.item, TOGETHER, option) for option in options):
        return {}
    return {"proposal": HIDDEN}


def _proposal(names: Names, subject: SubjectResult) -> str | None:
    if subject.test is not None:
        if isinstance(subject.test, Insufficient):
            return _why(names, subject.test)
        parts = [subject.test.level.name.words(names.language)]
        if subject.test.signal is not None:
            parts.append(subject.test.signal.note.words(names.language))
        return names.translate(N_("; ")).join(parts)
    if subject.levels is None:
        return None
    if isinstance(subject.levels, Insufficient):
        return _why(names, subject.levels)
    return in_words(subject.levels.result, names.language)


def _classes(names: Names, results: BallotResults, shown: ShownBallots) -> Iterator[dict[str, Cell]]:
    for subject in results.subjects:
        for one in subject.classes:
            if one.code == TOGETHER:
                continue
            visible = shown.mean(subject.code, one.code)
            yield {
                "code": subject.code,
                "name": names.subject(subject.code),
                "class": one.code,
                "words": names.ballot_class(one.code),
                "weight": rounded(one.weight, 4),
                "minimum": one.minimum,
                "n": one.n,
                "mean": rounded(one.mean, INDEX_PLACES) if visible else None if one.mean is None else HIDDEN,
            }


def _votes(names: Names, results: BallotResults, shown: ShownBallots) -> Iterator[dict[str, Cell]]:
    everybody = [(one.code, one.items) for one in results.subjects]
    for code, items in [*everybody, ("", results.general)]:
        for item in items:
            options = results.frozen.questionnaire.item(item.item)
            if not options.options:
                continue
            for votes in (*item.classes, item.together) if len(item.classes) > 1 else (item.together,):
                head: dict[str, Cell] = {
                    "code": code,
                    "name": names.subject(code),
                    "item": item.item,
                    "question": names.question(item.item),
                    "class": votes.ballot_class or names.translate(TOGETHER_WORD),
                }
                rows = _options(names, code, item, votes, options, shown)
                if not _condition_shown(results, shown, code, options, votes.ballot_class):
                    rows = (row | _hidden(row) for row in rows)
                yield from (head | row for row in rows)


def _condition_shown(results: BallotResults, shown: ShownBallots, code: str, item: Item, ballot_class: str) -> bool:
    """Tell whether the votes on which an item was asked are shown; how many were asked it tells these votes."""
    for asked_id, options in (item.show_if or {}).items():
        about = code if results.frozen.questionnaire.item(asked_id).per == "subject" else ""
        if not all(shown.votes(about, asked_id, ballot_class, option) for option in options):
            return False
    return True


def _hidden(row: dict[str, Cell]) -> dict[str, Cell]:
    return {key: HIDDEN for key in ("votes", "base", "share") if key in row}


def _options(
    names: Names, code: str, item: ItemVotes, votes: Votes, asked: Item, shown: ShownBallots
) -> Iterator[dict[str, Cell]]:
    base = sum(votes.counts[option] for option in item.denominators.counted)
    if asked.multiple_values:
        base = votes.ballots - votes.blank
    for option in asked.options:
        row: dict[str, Cell] = {"option": option.code, "words": option.words(names.language)}
        n = votes.counts[option.code]
        judges = option.code in (item.denominators.points or item.denominators.counted)
        if judges and not shown.votes(code, item.item, votes.ballot_class, option.code):
            yield row | {"votes": HIDDEN, "base": base, "share": HIDDEN}
        elif judges:
            yield row | {"votes": n, "base": base, "share": percent(n, base)}
        else:
            yield row | {"votes": n}
    yield {"option": "", "words": names.translate(BLANK_WORD), "votes": votes.blank}


def _sheet(names: Names, sheets: Sheets) -> Iterator[dict[str, Cell]]:
    for code, sheet in sheets.classes.items():
        yield _sheet_row(names, names.ballot_class(code) or code, sheet)
    verdict = sheets.verdict
    problems = [problem for problem in (verdict.quorum, verdict.stuffed, *verdict.faults) if problem]
    words = [names.translate(REPEAT)] if verdict.repeat else [] if problems else [names.translate(STANDS)]
    words += [_said(names, problem) for problem in problems]
    titles = [f" ({title.words(names.language)})" for title in names.frozen.questionnaire.sheets] or [""]
    yield _sheet_row(names, names.translate(TOGETHER_WORD) + titles[0], sheets.whole, words)
    if sheets.second is not None:
        yield _sheet_row(names, names.translate(TOGETHER_WORD) + titles[1], sheets.second)


def _said(names: Names, problem: Problem) -> str:
    return f"{problem.where} {problem.say(names.translate)}".strip()


def _sheet_row(names: Names, ballot_class: str, sheet: CountSheet, words: Sequence[str] = ()) -> dict[str, Cell]:
    void = [f"{names.translate(reason)}: {n}" for reason, n in sheet.void.items()]
    return {
        "class": ballot_class,
        "expected": sheet.expected,
        "present": sheet.present,
        "issued": sheet.issued,
        "returned": sheet.returned,
        "valid": sheet.valid,
        "void": sum(sheet.void.values()),
        "unreadable": sheet.unreadable,
        "attendance": sheet.attendance,
        "return_rate": sheet.return_rate,
        "valid_rate": sheet.valid_rate,
        "remark": names.translate(N_("; ")).join([*words, *void]) or None,
    }


def _texts(names: Names, results: BallotResults, shown: ShownBallots) -> Iterator[dict[str, Cell]]:
    """Give the remarks of subjects that have enough of them, apart from every grade and never by class."""
    texts: tuple[Text, ...] = results.count.texts
    voices = Counter((text.subject, text.item) for text in texts)
    enough = results.frozen.definition.disclosure.min_text
    item = results.frozen.questionnaire.item
    listed = {
        (subject, asked)
        for (subject, asked), n in voices.items()
        if n >= enough and _condition_shown(results, shown, subject, item(asked), TOGETHER)
    }
    for text in texts:
        if (text.subject, text.item) in listed:
            yield {
                "code": text.subject,
                "name": names.subject(text.subject),
                "item": text.item,
                "question": names.question(text.item),
                "text": text.text,
            }
