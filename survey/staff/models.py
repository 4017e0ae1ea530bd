"""Tables of offices, members, their roles and sessions, the audit log, and proposals."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from survey.storage.base import Base, UtcDateTime

ROOT = ""
"""The code of the office above all others; it has no row."""


class Office(Base):
    """An office (机构) below another; a role in one holds for all below it."""

    __tablename__ = "office"
    __table_args__ = (CheckConstraint("code <> '' AND code <> parent", name="below_another"),)

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    parent: Mapped[str] = mapped_column(String(40))


class Member(Base):
    """A person who works at the desk.

    ``totp_secret`` is encrypted; ``totp_step`` is the time step last used, so that no one-time password
    works twice.
    """

    __tablename__ = "member"

    id: Mapped[int] = mapped_column(primary_key=True)
    login: Mapped[str] = mapped_column(String(200), unique=True)
    name: Mapped[str] = mapped_column(String(100))
    language: Mapped[str] = mapped_column(String(2))
    password: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(default=True)
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_step: Mapped[int] = mapped_column(default=0)
    failures: Mapped[int] = mapped_column(default=0)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class MemberRole(Base):
    """One role of a member, in an office and all below it."""

    __tablename__ = "member_role"

    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    office: Mapped[str] = mapped_column(String(40), primary_key=True)
    role: Mapped[str] = mapped_column(String(10), primary_key=True)


class Invitation(Base):
    """A link that makes one account; used, it is gone."""

    __tablename__ = "invitation"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    login: Mapped[str] = mapped_column(String(200))
    roles: Mapped[list[list[str]]] = mapped_column(JSON)
    invited_by: Mapped[str] = mapped_column(String(100))
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)


class DeskSession(Base):
    """One browser logged in; the cookie's token is kept as its digest only."""

    __tablename__ = "desk_session"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditEntry(Base):
    """One sentence on what somebody did, chained to the one before by its hash."""

    __tablename__ = "audit_entry"
    __table_args__ = (CheckConstraint("number >= 1", name="number_positive"),)

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    member_id: Mapped[int | None]
    name: Mapped[str] = mapped_column(String(100))
    office: Mapped[str] = mapped_column(String(40))
    sentence: Mapped[str] = mapped_column(String(400))
    figures: Mapped[dict[str, Any]] = mapped_column(JSON)
    previous_hash: Mapped[str] = mapped_column(String(64))
    entry_hash: Mapped[str] = mapped_column(String(64))


class ProposalRow(Base):
    """Something dangerous that one person proposed and another decides on."""

    __tablename__ = "proposal"
    __table_args__ = (
        CheckConstraint("state IN ('waiting', 'confirmed', 'rejected', 'withdrawn', 'done')", name="state_known"),
        CheckConstraint(
            "state NOT IN ('confirmed', 'rejected', 'done') OR decided_by <> proposed_by", name="decided_by_another"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    office: Mapped[str] = mapped_column(String(40))
    target: Mapped[str] = mapped_column(String(100))
    reason: Mapped[str] = mapped_column(String(300))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    state: Mapped[str] = mapped_column(String(10), default="waiting", server_default=text("'waiting'"))
    proposed_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    proposed_name: Mapped[str] = mapped_column(String(100))
    proposed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    decided_name: Mapped[str] = mapped_column(String(100), default="", server_default=text("''"))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
