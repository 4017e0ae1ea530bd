# ruff: noqa: INP001 - gunicorn loads this file by its path
"""Settings of gunicorn: few threads, and a log in which nobody who votes leaves a trace.

    gunicorn -c deploy/gunicorn.conf.py wsgi:app

Put nginx in front (deploy/nginx.conf): half-open connections would otherwise hold the threads.
"""

import os

from gunicorn.glogging import Logger


class TracelessLogger(Logger):
    """Gunicorn's log without its request lines: those name the path, which holds the code, and the address."""

    def exception(self, msg: object, *args: object, **kwargs: object) -> None:
        """Write why a worker did not start; of anything later only that it happened, for it may carry a request."""
        if msg == "Exception in worker process":
            super().exception(msg, *args, **kwargs)
        else:
            self.error_log.error("a request failed outside the application")

    def warning(self, msg: object, *args: object, **kwargs: object) -> None:
        """Say that a request was malformed, without whose; pass any other warning on."""
        if str(msg).startswith("Invalid request from ip="):
            self.error_log.warning("a malformed request was refused")
        else:
            super().warning(msg, *args, **kwargs)

    def debug(self, msg: object, *args: object, **kwargs: object) -> None:
        """Write nothing: at this level gunicorn prints request headers."""


bind = os.environ.get("MINSHENG_BIND", "127.0.0.1:8000")
workers = int(os.environ.get("MINSHENG_WORKERS", "2"))
worker_class = "gthread"
threads = 4
# Loaded once in the master: a worker that died is replaced in milliseconds. Restart, not reload, for a new version.
preload_app = True
timeout = 60
graceful_timeout = 20
keepalive = 15
backlog = 2048
max_requests = 0
limit_request_line = 2048
limit_request_fields = 60
control_socket_disable = True
accesslog = None
errorlog = "-"
loglevel = "warning"
logger_class = TracelessLogger
proc_name = "minsheng"
