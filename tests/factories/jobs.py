"""Jobs asked for and done as the desk and the worker do it, each with a round of its own."""

import io
import os
import subprocess
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event

import pypdfium2
import zxingcpp
from sqlalchemy import Engine, select

from config import Settings
from survey.codes.models import Batch, Code
from survey.core.digits import digest
from survey.core.ids import derive_key
from survey.jobs.models import Job
from survey.jobs.service import add_job, get_job, list_files
from survey.rounds.service import check_round, get_round
from survey.staff.actor import Actor
from survey.storage.engine import unit_of_work
from survey.worker.running import run_waiting
from survey.worker.work import Workshop
from tests import leash
from tests.factories.rounds import DURING, MadeRound, make_round

SECRET = "a secret for the tests of jobs, and of nothing else"
PRINTER = Actor(7, "李印")


@dataclass
class Bench:
    """A database with a round that is ready, and the folders of a worker."""

    engine: Engine
    settings: Settings
    round: MadeRound
    stopping: Event = field(default_factory=Event)
    workers: list[subprocess.Popen] = field(default_factory=list)

    @classmethod
    def at(cls, engine: Engine, url: str, folder: Path, **fields) -> "Bench":
        made = make_round(engine, folder, **fields)
        with unit_of_work(engine) as session:
            assert check_round(session, get_round(session, made.name), DURING) == ()
        settings = Settings(
            secret_key=SECRET,
            database_url=url,
            base_url="https://ms.gansu.gov.cn",
            queue=folder / "queue.db",
            files=folder / "files",
        )
        return cls(engine, settings, made)

    @property
    def code_key(self) -> bytes:
        return derive_key(SECRET, "code digests")

    def shop(self, name: str = "0" * 16) -> Workshop:
        return Workshop(self.settings, self.engine, self.code_key, name, self.stopping)

    def ask(self, kind: str = "codes", *, about: str = "", secret: bytes = b"", **payload) -> str:
        with unit_of_work(self.engine) as session:
            return add_job(
                session,
                kind,
                office="62",
                title="Printing the codes of %(round)s",
                figures={"round": self.round.name},
                payload={"round": self.round.name} | payload,
                actor=PRINTER,
                round_name=about or self.round.name,
                secret=secret,
                secret_key=SECRET,
            ).id

    def work_off(self) -> None:
        run_waiting(self.shop())

    def job(self, job_id: str) -> Job:
        with unit_of_work(self.engine) as session:
            return get_job(session, job_id)

    def files(self, job_id: str) -> list[str]:
        with unit_of_work(self.engine) as session:
            return [file.name for file in list_files(session, get_job(session, job_id)) if file.removed_at is None]

    def folder(self, job_id: str) -> Path:
        return self.settings.files / job_id

    def archive(self, job_id: str) -> dict[str, bytes]:
        """Return the files of the one archive that a job made."""
        [name] = self.files(job_id)
        with zipfile.ZipFile(self.folder(job_id) / name) as archive:
            return {one: archive.read(one) for one in archive.namelist()}

    def digests(self) -> list[bytes]:
        with unit_of_work(self.engine) as session:
            return sorted(session.scalars(select(Code.digest)))

    def batches(self) -> list[tuple[str, int, bool]]:
        with unit_of_work(self.engine) as session:
            return [(one.name, one.size, one.void) for one in session.scalars(select(Batch).order_by(Batch.id))]

    def start(self, *options: str, dying: tuple[str, ...] = ()) -> subprocess.Popen:
        """Start ``flask worker`` in a process of its own; ``dying``: where it is killed, as in ``dying_worker``."""
        environment = os.environ | {
            "MINSHENG_SECRET_KEY": SECRET,
            "MINSHENG_DATABASE_URL": self.settings.database_url,
            "MINSHENG_BASE_URL": self.settings.base_url,
            "MINSHENG_QUEUE": str(self.settings.queue),
            "MINSHENG_FILES": str(self.settings.files),
            "LC_ALL": "C.UTF-8",
        }
        program = ["tests.flow.dying_worker", *dying] if dying else ["flask", "worker", *options]
        process = leash.start(*program, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.workers.append(process)
        return process

    def end_workers(self) -> None:
        """End every worker that is still there."""
        for process in self.workers:
            leash.end(process)

    def digest(self, code: str) -> bytes:
        return digest(code, self.code_key)


def codes_of(archive: dict[str, bytes]) -> list[str]:
    """Return the codes of the CSV files of an archive."""
    lines = [line for name in archive if name.endswith(".csv") for line in archive[name].decode().splitlines() if line]
    return [line.split(",")[3] for line in lines if not line.startswith("batch,")]


def printed_codes(archive: dict[str, bytes]) -> list[str]:
    """Return the codes that the QR codes of an archive's slips hold."""
    found = []
    for name, content in archive.items():
        if name.startswith("slips-") and name.endswith(".pdf"):
            found += [address[-20:] for page in addresses(content) for address in page]
    return found


def addresses(pdf: bytes, dpi: int = 150) -> list[list[str]]:
    """Return what the QR codes of every page hold."""
    with pypdfium2.PdfDocument(io.BytesIO(pdf)) as document:
        return [
            [
                code.text
                for code in zxingcpp.read_barcodes(
                    page.render(scale=dpi / 72).to_numpy(), formats=zxingcpp.BarcodeFormat.QRCode
                )
            ]
            for page in document
        ]
