"""Setting up a round in the browser (设置): the same objects as the files, the same checks, the same sentences."""

from survey.web.desk.rounds import about, keys, questionnaire, removing, rulepage, tasklist, voters
from survey.web.desk.rounds.room import rounds

__all__ = ["about", "keys", "questionnaire", "removing", "rounds", "rulepage", "tasklist", "voters"]
