"""Questionnaires at the desk (问卷): which there are, a new version from a file or made here, how one looks."""

from survey.web.desk.questionnaires import editor, looks, pages, text
from survey.web.desk.questionnaires.room import questionnaires

__all__ = ["editor", "looks", "pages", "questionnaires", "text"]
