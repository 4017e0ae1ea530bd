"""From a code to a remark of the count, past the ballots: by the order of the count, and by whatever was left lying."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from tests.secrecy.evidence import MARKER, Evidence
from tests.secrecy.scores import Aim
from tests.secrecy.strategies.links import marks_of_codes
from tests.secrecy.strategies.readings import by_alphabet, by_hash, by_length, counted, reported

ORDERS = {
    "order of the count": counted,
    "order of the report": reported,
    "length": by_length,
    "alphabet": by_alphabet,
    "hash": by_hash,
}
WINDOW = 3_000
KEY_BYTES = 32


@dataclass(frozen=True)
class Direct:
    """A way to say which remark is a code's; several when it can be carried to its end in several ways."""

    name: str
    uses: str
    find: Callable[[Evidence], Mapping[str, Sequence[Aim]]]


def by_order(mark: str) -> Callable[[Evidence], Mapping[str, Sequence[Aim]]]:
    """Lay codes in the order of a mark beside the remarks in every order there is."""

    def find(evidence: Evidence) -> Mapping[str, Sequence[Aim]]:
        found: dict[str, list[Aim]] = {}
        for group in evidence.groups:
            marks = marks_of_codes(evidence, group, mark)
            if len(set(marks.values())) < 2:
                continue
            ranked = sorted(marks, key=lambda holder: (marks[holder], holder.digest))
            for way, order in ORDERS.items():
                remarks = order(evidence, group)
                places = {holder.digest: place for place, holder in enumerate(ranked) if place < len(remarks)}
                found.setdefault(way, []).append(Aim(remarks, places))
        return found

    return find


def _aims(evidence: Evidence, guessed: Mapping[bytes, bytes]) -> Sequence[Aim]:
    """Turn guessed markers, by code, into aims."""
    aims = []
    for group in evidence.groups:
        remarks = counted(evidence, group)
        where = {match[0]: place for place, remark in enumerate(remarks) if (match := MARKER.search(remark.encode()))}
        own = {h.digest: where[m] for h in evidence.holders_of[group] if (m := guessed.get(h.digest)) in where}
        if own:
            aims.append(Aim(remarks, own))
    return aims


def beside(evidence: Evidence) -> Mapping[str, Sequence[Aim]]:
    """Look in every file seized before the count for remarks in clear, and for the code nearest before each."""
    known = {
        evidence.codes[h.digest].content[-KEY_BYTES:]: h.digest for h in evidence.holders if h.digest in evidence.codes
    }
    known |= {holder.digest: holder.digest for holder in evidence.holders}
    guessed: dict[bytes, bytes] = {}
    for file in evidence.seized.before_count:
        data = file.read_bytes()
        places = [(match.start(), match[0]) for match in MARKER.finditer(data)]
        for start, marker in places:
            before = data[max(0, start - WINDOW) : start]
            for back in range(len(before) - KEY_BYTES, -1, -1):
                if (digest := known.get(before[back : back + KEY_BYTES])) is not None:
                    guessed.setdefault(digest, marker)
                    break
    return {"nearest before it": _aims(evidence, guessed)}


def in_logs(evidence: Evidence) -> Mapping[str, Sequence[Aim]]:
    """Look in the logs for remarks in clear: the k-th there is the k-th to arrive."""
    return {"order of the lines": _in_order_of_arrival(evidence, "\n".join(evidence.logs).encode())}


def on_pages(evidence: Evidence) -> Mapping[str, Sequence[Aim]]:
    """Look on the pages polled before the count: a remark that is new belongs to whoever cast last."""
    return {"order of appearing": _in_order_of_arrival(evidence, "\n".join(p.text for p in evidence.polls).encode())}


def _in_order_of_arrival(evidence: Evidence, data: bytes) -> Sequence[Aim]:
    seen = list(dict.fromkeys(MARKER.findall(data)))
    arrived = sorted(evidence.holders, key=lambda holder: holder.arrival)
    return _aims(evidence, {holder.digest: marker for holder, marker in zip(arrived, seen, strict=False)})


def remark_holds_code(evidence: Evidence) -> Mapping[str, Sequence[Aim]]:
    """Look for a code, or its digest in hex, in the remarks themselves."""
    guessed = {}
    for remark in (remark for group in evidence.groups for remark in counted(evidence, group)):
        match = MARKER.search(remark.encode())
        for holder in evidence.holders:
            if match and (holder.code in remark or holder.digest.hex()[:PREFIX] in remark):
                guessed[holder.digest] = match[0]
    return {"the code in it": _aims(evidence, guessed)}


PREFIX = 16


def log_lines(evidence: Evidence) -> Mapping[str, Sequence[Aim]]:
    """Order codes by the first line of a log that names them, and lay them beside the count."""
    lines = [line for log in evidence.logs for line in log.splitlines()]
    first: dict[bytes, int] = {}
    for holder in evidence.holders:
        names = (holder.code, holder.digest.hex(), "-".join(_fours(holder.code)))
        for number, line in enumerate(lines):
            if any(name in line for name in names):
                first[holder.digest] = number
                break
    aims = []
    for group in evidence.groups:
        named = sorted((first[h.digest], h.digest) for h in evidence.holders_of[group] if h.digest in first)
        if named:
            aims.append(Aim(counted(evidence, group), {digest: place for place, (_, digest) in enumerate(named)}))
    return {"order of the count": aims}


def _fours(code: str) -> Iterable[str]:
    return (code[i : i + 4] for i in range(0, len(code), 4))


DIRECT = (
    Direct("arrival", "k-th to arrive, k-th remark", by_order("arrival")),
    Direct("code number", "codes as printed, remarks in order", by_order("code")),
    Direct("digest", "codes by digest, remarks in order", by_order("digest")),
    Direct("form", "codes by cast_key, remarks in order", by_order("column cast_key")),
    Direct("place of the code", "codes by ctid or cell, remarks in order", by_order("slot")),
    Direct("code in the log", "codes by frame or LSN, remarks in order", by_order("log place")),
    Direct("response time", "codes by how long casting took, remarks in order", by_order("seconds")),
    Direct("remarks in clear", "every seized file searched for remarks and the codes beside them", beside),
    Direct("remarks in logs", "every log searched for remarks", in_logs),
    Direct("remarks on pages", "every polled page searched for remarks", on_pages),
    Direct("codes in logs", "codes in the order in which a log names them", log_lines),
    Direct("codes in remarks", "a remark that holds a code", remark_holds_code),
)
