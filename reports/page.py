"""A page: one self-contained HTML file that loads nothing and escapes everything.

Only pages about a class have a script, our own, which sorts tables; the policy names its hash.
"""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from graders.text import visible

TEMPLATES = Path(__file__).parent / "templates"


def render(template: str, view: object) -> str:
    """Render the dataclass `view` with `template`, which uses it as `page`."""
    return _environment().get_template(template).render(page=view)


@cache
def _environment() -> Environment:
    style = _read("style.css")
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    script = _read("sort.js")
    environment.globals.update(
        style=Markup(style),
        script=Markup(script),
        policy=content_security_policy(style),
        script_policy=content_security_policy(style, script),
        form_policy=form_policy(),
    )
    return environment


def _shown(value: Any) -> Any:
    """Escape invisible characters that a view forgot. Only style sheet and script are Markup."""
    return visible(value) if type(value) is str else value


def content_security_policy(style: str, script: str = "") -> str:
    """Return a policy that allows only the style sheet and, if given, the script, by hash."""
    allowed = f"script-src {_hash(script)}; " if script else ""
    return f"default-src 'none'; {allowed}style-src {_hash(style)}; base-uri 'none'; form-action 'none'"


def form_policy() -> str:
    """Return a policy that also allows forms and frames of the page's own server."""
    strict = content_security_policy(_read("style.css")).removesuffix("form-action 'none'")
    return f"{strict}form-action 'self'; frame-src 'self'"


def _read(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
