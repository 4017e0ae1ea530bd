"""The files of jobs on the disk: each job has a folder that only the program's own account reads."""

import re
import shutil
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from survey.core.errors import N_, Problem, TooLarge
from survey.jobs.models import OVER, Job, JobFile, JobPart
from survey.jobs.rules import KEPT, LISTED

UPLOAD = "upload"
LARGEST_UPLOAD = 200_000_000
_CHUNK = 1 << 20
_JOB = re.compile(r"[0-9a-f]{16}")
"""Whatever else somebody keeps there is left alone."""
_ORPHAN = timedelta(hours=1)
"""A folder without a job may be that of one whose transaction is not finished; not for so long."""


def folder_of(files: Path, job_id: str) -> Path:
    """Return the folder of a job's files; it is made when missing."""
    folder = files / job_id
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def put_upload(files: Path, job_id: str, stream: BinaryIO, name: str = UPLOAD) -> Path:
    """Keep what somebody sent with a job; only the program reads it.

    Args:
        files: the folder of all jobs' files.
        job_id: the job.
        stream: what was sent.
        name: a plain file name, where the job is to tell faults by it.

    Raises:
        TooLarge: when it is too large.
    """
    place = folder_of(files, job_id) / name
    place.touch(mode=0o600)
    size = 0
    with place.open("wb") as out:
        while chunk := stream.read(_CHUNK):
            size += len(chunk)
            if size > LARGEST_UPLOAD:
                place.unlink()
                message = N_("The file is larger than %(most)s MB")
                raise TooLarge([Problem("", message, {"most": LARGEST_UPLOAD // 1_000_000})])
            out.write(chunk)
    return place


def remove_file(session: Session, files: Path, file: JobFile, at: datetime) -> None:
    """Remove one file now."""
    (files / file.job_id / file.name).unlink(missing_ok=True)
    file.removed_at = file.removed_at or at
    session.flush()


def keep_only(files: Path, job_id: str, names: set[str]) -> None:
    """Remove everything in a job's folder but the files named; without any, the folder, too."""
    folder = files / job_id
    if not folder.is_dir():
        return
    if not names:
        shutil.rmtree(folder, ignore_errors=True)
        return
    for place in folder.iterdir():
        if place.name not in names:
            place.unlink(missing_ok=True)


def sweep(session: Session, files: Path, at: datetime) -> int:
    """Remove what is older than it may be: files of jobs that are over, folders without a job, old jobs.

    Returns:
        How many folders were removed.
    """
    swept = 0
    over = select(Job.id).where(Job.state.in_(OVER), Job.ended_at <= at - KEPT)
    for job_id in session.scalars(over):
        for file in session.scalars(select(JobFile).where(JobFile.job_id == job_id, JobFile.removed_at.is_(None))):
            file.removed_at = at
        session.execute(delete(JobPart).where(JobPart.job_id == job_id))
        if (files / job_id).is_dir():
            keep_only(files, job_id, set())
            swept += 1
    session.flush()
    session.execute(delete(Job).where(Job.state.in_(OVER), Job.ended_at <= at - LISTED))
    known = set(session.scalars(select(Job.id)))
    for folder in files.iterdir() if files.is_dir() else ():
        if _JOB.fullmatch(folder.name) and folder.name not in known and _older(folder, at - _ORPHAN):
            keep_only(files, folder.name, set())
            swept += 1
    return swept


def _older(folder: Path, moment: datetime) -> bool:
    return folder.stat().st_mtime < moment.timestamp()
