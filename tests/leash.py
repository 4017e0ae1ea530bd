"""Processes of tests that end with the tests, however these end: python -m tests.leash FD MODULE [ARGUMENT ...].

A process on a leash holds the reading end of a pipe of which the tests hold the other end. When they are gone, killed
or not, the pipe is at its end, and the process ends with all that it has started.
"""

import os
import runpy
import signal
import subprocess
import sys
from threading import Thread
from typing import Any

PROGRAM = "tests.leash"


def start(module: str, *arguments: str, **options: Any) -> subprocess.Popen:
    """Start ``python -m MODULE ARGUMENTS`` as a group of its own, on a leash."""
    reading, held = os.pipe()
    try:
        process = subprocess.Popen(
            [sys.executable, "-m", PROGRAM, str(reading), module, *arguments],
            pass_fds=(reading,),
            start_new_session=True,
            **options,
        )
    finally:
        os.close(reading)
    # Nobody closes it but the end of this process.
    process.leash = held  # type: ignore[attr-defined]
    return process


def end(process: subprocess.Popen) -> None:
    """Kill a process and all that it has started, if it has not ended; let go of its leash."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    os.close(process.leash)


def _end_with(leash: int) -> None:
    os.read(leash, 1)
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    Thread(target=_end_with, args=(int(sys.argv[1]),), daemon=True).start()
    sys.argv = sys.argv[2:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
