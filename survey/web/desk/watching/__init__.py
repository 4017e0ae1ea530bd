"""Watching a round (监测): how many came, whether it is on pace, where it is behind. Never a result, never a person."""

from survey.web.desk.watching.pages import watching

__all__ = ["watching"]
