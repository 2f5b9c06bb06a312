"""A page: one self-contained HTML file that loads nothing, runs nothing and escapes everything."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reports.text import visible

TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, view: object) -> str:
    """Print the dataclass `view` through `template`, which knows it as `page`."""
    return _environment().get_template(template).render(page=view)


@cache
def _environment() -> Environment:
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(style=Markup(style), policy=content_security_policy(style))
    return environment


def _shown(value: Any) -> Any:
    """Catch what a view forgot to make visible. Our own style sheet is the only Markup there is."""
    return visible(value) if type(value) is str else value


def content_security_policy(style: str) -> str:
    """Allow the one style sheet, by its hash, and nothing else."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
