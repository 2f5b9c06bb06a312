"""A student's file as a page of its own, for a frame without scripts.

The frame is sandboxed and its policy allows no script; in addition, a notebook's own HTML is
sanitised.
"""

import re
from html import escape

import nbformat
from nbconvert import HTMLExporter

from graders.text import visible

LARGEST = 4_000_000  # bytes of a file that are shown
POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
STYLE = "body{font:14px/1.5 sans-serif;margin:1rem}pre{white-space:pre-wrap}img{max-width:100%}"


def page_of(name: str, content: bytes) -> str:
    """Return a notebook as it looks, and any other file as text."""
    if name.lower().endswith(".ipynb") and len(content) <= LARGEST:
        try:
            return _page(_notebook(content.decode("utf-8")))
        except Exception:  # a student's file may break the converter: show it as text
            pass
    text = content[:LARGEST].decode("utf-8", errors="replace")
    return _page(f"<pre>{escape(visible(text))}</pre>")


def _notebook(text: str) -> str:
    node = nbformat.reads(text, as_version=4)
    exporter = HTMLExporter(template_name="basic", sanitize_html=True)
    body, _ = exporter.from_notebook_node(node)
    return re.sub(r"(?is)<(script|iframe|object|link|meta|base)\b.*?>", "", str(body))


def _page(body: str) -> str:
    return f'<!doctype html><meta charset="utf-8"><style>{STYLE}</style>{body}\n'
