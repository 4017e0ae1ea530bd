"""The process of some phones: jobs in on standard input, one line out for each that is done."""

import json
import sys
from random import Random

from .browser import Browser
from .phone import Phone

USER_AGENT = "Mozilla/5.0 (Linux; Android 14; SimulatedPhone) MicroMessenger/8.0.50"


def main() -> None:
    """Read the settings and all jobs, then act them out one after the other."""
    settings, *jobs = [json.loads(line) for line in sys.stdin]

    def new_browser() -> Browser:
        return Browser(
            settings["base_url"], patience=settings["patience"], timeout=settings["timeout"], user_agent=USER_AGENT
        )

    for number, path, behaviour, lean in jobs:
        draw = Random(f"{settings['seed']}:{number}")
        phone = Phone(new_browser, path, lean, draw, settings["most_best"])
        outcome, surprise = phone.act(behaviour)
        sys.stdout.write(json.dumps([number, outcome, phone.steps, surprise]) + "\n")
        sys.stdout.flush()
