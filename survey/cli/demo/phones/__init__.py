"""Simulated phones: HTTP clients in processes of their own that answer a questionnaire as people do.

A phone is an honest outsider. It imports nothing of the program, reads the page it is given as a browser without
scripts and cookies would, and fills in what stands there. Everything it does follows from the seed; it goes to
loopback addresses only, and stops by itself.

    jobs = [PhoneJob("HTTPS://DEMO.EXAMPLE/T/62010200000000000000", "honest", lean=0.7), ...]
    report = run_phones(jobs, "http://127.0.0.1:8000", processes=4, seed=2026, on_progress=bar.update)
    report.cast                       # ballots that a done page acknowledged
    report.outcomes["cast"]           # the same by outcome
    report.latencies["open"].p95      # seconds
"""

from .jobs import BEHAVIOURS, Behaviour, Latency, Outcome, PhoneJob, PhoneReport, lean_of, mix
from .runner import run_phones

__all__ = ["BEHAVIOURS", "Behaviour", "Latency", "Outcome", "PhoneJob", "PhoneReport", "lean_of", "mix", "run_phones"]
