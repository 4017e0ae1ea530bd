"""The WSGI entry: ``gunicorn wsgi:app``; ``flask`` finds it by itself."""

from config import Settings
from survey.application import create_app

app = create_app(Settings.from_env())
