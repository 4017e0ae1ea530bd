"""The least that Flask can do for a request: the yardstick, on the same server settings."""

from flask import Flask

app = Flask("hello")


@app.get("/healthz")
@app.get("/")
def hello() -> str:
    """Say hello."""
    return "hello"
