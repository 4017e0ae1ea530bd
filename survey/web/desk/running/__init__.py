"""Running a round (开放、关闭、会场、公布): each step with its consequence in figures and a reason."""

from survey.web.desk.running import meeting, pages, slip, voiding
from survey.web.desk.running.room import running

__all__ = ["meeting", "pages", "running", "slip", "voiding"]
