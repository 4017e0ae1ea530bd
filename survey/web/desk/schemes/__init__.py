"""The room of schemes, evidence and score runs (计分)."""

from survey.web.desk.schemes import comparing, deciding, filing, overview, publishing, runs, scoring
from survey.web.desk.schemes.room import schemes

__all__ = ["comparing", "deciding", "filing", "overview", "publishing", "runs", "schemes", "scoring"]
