"""What tests start ends with the tests, even when these are killed."""

import subprocess
import sys
import time
from pathlib import Path

PARENT = """
import os, signal
from tests import leash
print(leash.start("http.server", "0", "--bind", "127.0.0.1").pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def is_running(pid):
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_process_ends_when_whoever_started_it_is_killed():
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        pid = int(parent.stdout.readline())
    end = time.monotonic() + 60
    while is_running(pid):
        assert time.monotonic() < end, "it is still there"
        time.sleep(0.02)
