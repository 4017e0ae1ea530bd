"""A counted round's figures, once they are published."""

from flask import Blueprint

results = Blueprint("results", __name__, url_prefix="/results")
