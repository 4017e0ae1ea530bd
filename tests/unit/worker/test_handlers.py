"""What the jobs make, and how they end: issued, printed, read back; refused, cancelled, failed and tried again."""

import csv
import io
import re
import threading

import pypdfium2
import pytest
from sqlalchemy import func, select

from survey.codes.models import Code, CodeState
from survey.codes.service import void_batch
from survey.core import clock
from survey.core.errors import Refused
from survey.jobs import service, taking
from survey.jobs.keeping import put_upload
from survey.jobs.models import JobState
from survey.rounds.service import get_round
from survey.staff.audit import list_entries
from survey.staff.models import AuditEntry
from survey.storage.engine import reading, unit_of_work
from survey.worker import printing, running
from survey.worker.work import Work
from tests.factories.jobs import SECRET, Bench, codes_of, printed_codes


@pytest.fixture
def bench(engine, database_url, tmp_path):
    return Bench.at(engine, database_url, tmp_path)


def text_of(pdf):
    with pypdfium2.PdfDocument(io.BytesIO(pdf)) as document:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]


def everything_stored(engine):
    """Return all of job and log rows as one text."""
    with unit_of_work(engine) as session:
        rows = [vars(row) for row in service.list_jobs(session, None)]
        rows += [vars(row) for row in list_entries(session, None)]
    return repr(rows)


def test_codes_are_issued_printed_read_back_and_packed(bench):
    # Given a job for the planned codes of three voter groups
    job = bench.ask(layout="24", language="zh")
    # When it is done
    bench.work_off()
    # Then the archive has a list, covers and slips for each box
    found = bench.job(job)
    assert (found.state, found.error) == (JobState.DONE, "")
    archive = bench.archive(job)
    boxes = ["620102-citizen", "620103-citizen", "offices-A"]
    wanted = [name for box in boxes for name in (f"codes-{box}.csv", f"covers-{box}.pdf", f"slips-{box}-001.pdf")]
    assert sorted(archive) == sorted([*wanted, "README.txt"])
    # And each code of the database is in the lists once, and on the slips once
    codes = codes_of(archive)
    assert sorted(bench.digest(code) for code in codes) == bench.digests()
    assert sorted(printed_codes(archive)) == sorted(codes)
    assert bench.batches() == [
        ("620102-citizen-1", 5, False),
        ("620103-citizen-1", 4, False),
        ("offices-A-1", 3, False),
    ]
    # And what was looked at stands in the result
    assert found.result.items() >= {"slips": 12, "batches": 3, "pages": 3, "sampled": 1}.items()
    assert found.result["read"] in (5, 4, 3)
    assert found.result["signs"] > 50


def test_no_code_reaches_the_tables_and_the_files_are_for_few(bench):
    job = bench.ask()
    bench.work_off()
    codes = codes_of(bench.archive(job))
    stored = everything_stored(bench.engine)
    assert not [code for code in codes if code in stored or code[:4] + " " + code[4:8] in stored]
    with unit_of_work(bench.engine) as session:
        [file] = service.list_files(session, service.get_job(session, job))
        assert file.once
    assert [place.name for place in bench.folder(job).iterdir()] == ["spring-codes.zip"]
    assert (bench.folder(job) / "spring-codes.zip").stat().st_mode & 0o777 == 0o600


def test_covers_say_what_the_stack_is_and_no_slip_has_a_number(bench, monkeypatch):
    # Given stacks of at most two slips
    monkeypatch.setattr(printing, "MOST_SLIPS", 24)
    monkeypatch.setattr(printing.Paper, "per_shard", property(lambda _paper: 2))
    job = bench.ask(layout="10", language="zh", group="620102")
    bench.work_off()
    archive = bench.archive(job)
    # Then each has its cover, with what people need to hand it over
    covers = text_of(archive["covers-620102-citizen.pdf"])
    assert len(covers) == 3
    for number, (cover, slips) in enumerate(zip(covers, (2, 2, 1), strict=True), start=1):
        assert f"slips-620102-citizen-{number:03d}.pdf" in cover
        assert str(slips) in cover
        assert all(word in cover for word in ("考核办", "春季测评", "城关区 (620102)"))
        assert not re.search(r"\d{4} \d{4}", cover)
    # And the slips of two stacks differ in their codes alone
    codes = codes_of(archive)
    texts = [text_of(archive[f"slips-620102-citizen-{number:03d}.pdf"])[0] for number in (1, 2)]
    for code in codes:
        grouped = " ".join(code[i : i + 4] for i in range(0, 20, 4))
        texts = [text.replace(grouped, "").replace(grouped[:14], "").replace(grouped[15:], "") for text in texts]
    assert texts[0] == texts[1]


def test_only_what_is_left_is_issued_and_then_nothing(bench):
    bench.ask(group="offices")
    bench.ask()
    last = bench.ask()
    bench.work_off()
    assert sorted(name for name, _size, _void in bench.batches()) == [
        "620102-citizen-1",
        "620103-citizen-1",
        "offices-A-1",
    ]
    found = bench.job(last)
    assert (found.state, found.error_figures) == (JobState.FAILED, {"name": "spring"})
    spare = bench.ask(spare=2, group="offices", ballot_class="A", layout="1")
    bench.work_off()
    assert bench.batches()[-1] == ("offices-A-2", 2, False)
    assert len(codes_of(bench.archive(spare))) == 2


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_words_without_room_or_sign_stop_the_job_before_a_code_is_issued(engine, database_url, tmp_path):
    bench = Bench.at(engine, database_url, tmp_path, title={"zh": "测评\u4dff\U0003134a", "en": "Survey"})
    job = bench.ask()
    bench.work_off()
    found = bench.job(job)
    assert found.state == JobState.FAILED
    assert "U+3134A" in found.error_figures["characters"]
    assert bench.digests() == []


def test_a_cancelled_job_leaves_no_file_and_voids_what_it_issued(bench, monkeypatch):
    # Given a job that is cancelled when it has issued two groups
    job = bench.ask()
    step = Work.step

    def cancel_after_two(work, n=1):
        if work.mark.done + n >= 9:
            work.cancelled.set()
        step(work, n)

    monkeypatch.setattr(Work, "step", cancel_after_two)
    bench.work_off()
    # Then its batches are void, its folder is gone, and the log says so
    found = bench.job(job)
    assert (found.state, found.result) == (JobState.CANCELLED, {"voided": 2})
    assert [void for _name, _size, void in bench.batches()] == [True, True]
    with reading(bench.engine) as connection:
        assert connection.scalar(select(func.count()).where(Code.state == CodeState.ISSUED)) == 0
    assert not bench.folder(job).exists()
    with unit_of_work(bench.engine) as session:
        sentences = [entry.sentence for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.number))]
    assert [sentence.split()[0] for sentence in sentences] == ["Issued", "Issued", "Voided", "Voided"]
    # And the plan is open again
    monkeypatch.setattr(Work, "step", step)
    again = bench.ask()
    bench.work_off()
    assert len(codes_of(bench.archive(again))) == 12


def test_what_is_wrong_on_paper_is_not_given_out_and_is_printed_anew(bench, monkeypatch):
    # Given paper on which other addresses stand than those of its slips
    job = bench.ask()
    monkeypatch.setattr(printing.Printer, "_page", lambda *_: ["HTTPS://MS.GANSU.GOV.CN/T/0"])
    bench.work_off()
    # Then the job fails with figures, and nothing can be downloaded
    found = bench.job(job)
    assert found.state == JobState.FAILED
    assert found.error_figures.keys() >= {"right", "expected", "found"}
    assert bench.files(job) == []
    # And tried again with a good printer, the same codes come out
    monkeypatch.undo()
    with unit_of_work(bench.engine) as session:
        service.try_again(session, service.get_job(session, job))
    issued = bench.digests()
    bench.work_off()
    assert bench.job(job).state == JobState.DONE
    archive = bench.archive(job)
    assert sorted(bench.digest(code) for code in printed_codes(archive)) == issued == bench.digests()


def send(bench, archive, **payload):
    """Ask for slips from the lists of an archive, as one file."""
    job = bench.ask("slips", **payload)
    rows = [row for name in sorted(archive) if name.endswith(".csv") for row in archive[name].decode().splitlines()]
    lines = [rows[0], *(row for row in rows if not row.startswith("batch,"))]
    put_upload(bench.settings.files, job, io.BytesIO("\n".join(lines).encode()))
    return job


def test_slips_are_printed_again_from_the_list_and_void_ones_are_not(bench):
    first = bench.ask()
    bench.work_off()
    archive = bench.archive(first)
    again = send(bench, archive, layout="10", language="en")
    bench.work_off()
    assert bench.job(again).state == JobState.DONE
    assert sorted(printed_codes(bench.archive(again))) == sorted(codes_of(archive))
    assert [place.name for place in bench.folder(again).iterdir()] == ["spring-slips.zip"]
    with unit_of_work(bench.engine) as session:
        void_batch(session, get_round(session, "spring"), "offices-A-1")
    refused = send(bench, archive)
    bench.work_off()
    assert bench.job(refused).error_figures == {"n": 3, "all": 12}


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_list_without_its_header_puts_no_code_into_the_table(bench):
    first = bench.ask()
    bench.work_off()
    archive = bench.archive(first)
    code = codes_of(archive)[0]
    job = bench.ask("slips")
    put_upload(bench.settings.files, job, io.BytesIO(f"spring,g,A,{code},HTTPS://X/T/{code}\n1,2,3,4,5\n".encode()))
    nothing = bench.ask("slips")
    bench.work_off()
    assert bench.job(job).state == bench.job(nothing).state == JobState.FAILED
    assert bench.job(job).error_figures["more"] > 0
    assert code not in everything_stored(bench.engine)


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_fault_of_ours_and_a_full_disk_end_as_sentences_without_what_they_worked_on(bench, monkeypatch, caplog):
    code = "1234 5678 9012 3456 7890"
    faults = {
        "codes": ValueError(code),
        "slips": OSError(28, "No space left on device"),
        "poster": Refused("The word %(word)s", word=code),
    }

    def failing(error):
        def run(_work):
            raise error

        return run

    table = {kind: running.HANDLERS[kind].__class__(failing(error), frozenset()) for kind, error in faults.items()}
    monkeypatch.setattr(running, "HANDLERS", table)
    jobs = {kind: bench.ask(kind) for kind in faults}
    bench.work_off()
    found = {kind: bench.job(job) for kind, job in jobs.items()}
    assert {one.state for one in found.values()} == {JobState.FAILED}
    assert found["codes"].error_figures == {"reason": "ValueError"}
    assert found["slips"].error_figures == {"reason": "No space left on device"}
    assert found["poster"].error_figures == {"word": "…"}
    assert "failing" not in everything_stored(bench.engine)
    assert code not in everything_stored(bench.engine) + caplog.text


@pytest.mark.parametrize("engine_name", ["sqlite"], indirect=True)
def test_a_secret_reaches_its_handler_and_one_under_another_key_fails_the_job(bench, monkeypatch):
    got = []
    handler = running.HANDLERS["poster"].__class__(lambda work: got.append(work.secret), frozenset())
    monkeypatch.setattr(running, "HANDLERS", {"poster": handler})
    bench.ask("poster", secret=b"passphrase")
    bench.work_off()
    assert got == [b"passphrase"]
    other = bench.ask("poster", secret=b"passphrase")
    object.__setattr__(bench.settings, "secret_key", SECRET + "x")
    bench.work_off()
    assert bench.job(other).state == JobState.FAILED
    assert got == [b"passphrase"]


def test_progress_is_written_while_a_handler_holds_a_transaction(bench, monkeypatch):
    # Given a handler that counts inside a transaction that writes
    reached, seen = threading.Event(), threading.Event()

    def run(work):
        with unit_of_work(work.engine) as session:
            get_round(session, "spring").office = "62"
            session.flush()
            work.begin(10, "things")
            work.step(4)
            reached.set()
            assert seen.wait(60)

    monkeypatch.setattr(running, "HANDLERS", {"poster": running.HANDLERS["poster"].__class__(run, frozenset())})
    job = bench.ask("poster")
    worker = threading.Thread(target=bench.work_off)
    worker.start()
    assert reached.wait(60)
    # When it goes on and ends
    seen.set()
    worker.join(60)
    # Then nothing was waiting for anything else
    assert (bench.job(job).state, bench.job(job).done, bench.job(job).total) == (JobState.DONE, 4, 10)


def test_a_job_that_another_worker_has_writes_nothing_more(bench, monkeypatch):
    # Given a worker that was silent while it worked, so that its job went to another one
    job = bench.ask()
    issue = printing.Printer.try_out

    def slow(printer, boxes):
        issue(printer, boxes)
        with unit_of_work(bench.engine) as session:
            taking.give_back_lost(session, clock.now(), dead=bench.shop().name)
            taking.take_next(session, "b" * 16, ["codes"], clock.now())

    monkeypatch.setattr(printing.Printer, "try_out", slow)
    running.run_next(bench.shop())
    # Then it issues nothing, and does not end what is no longer its own
    assert bench.batches() == []
    assert (bench.job(job).state, bench.job(job).worker) == (JobState.RUNNING, "b" * 16)


def test_the_list_has_the_columns_that_print_shops_know(bench):
    job = bench.ask(group="offices")
    bench.work_off()
    [row, *_] = csv.DictReader(io.StringIO(bench.archive(job)["codes-offices-A.csv"].decode()))
    assert list(row) == ["batch", "group", "class", "code", "url"]
    assert row["url"] == f"HTTPS://MS.GANSU.GOV.CN/T/{row['code']}"
