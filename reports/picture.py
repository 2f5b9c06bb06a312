"""Draw the picture of a report that the README shows: `python -m reports.picture` rewrites it.

The page itself stands in the picture, as text inside an SVG, so it needs no browser to make and no
binary file to keep.
"""

import re
from decimal import Decimal
from html import escape
from html.parser import HTMLParser
from pathlib import Path

from graders.results.result import (
    CheckResult,
    Environment,
    FileNotes,
    Outcome,
    QuestionResult,
    Result,
    Student,
)
from reports.student.student_page import render_report

FILE = Path(__file__).resolve().parents[1] / "docs" / "report.svg"
WIDTH, HEIGHT = 800, 970
CASE = {"viewbox": "viewBox", "preserveaspectratio": "preserveAspectRatio"}  # HTML forgets it
VOID = {"meta", "br", "hr", "img", "input", "link", "wbr"}


def picture() -> str:
    """Return the SVG of an invented student's report, light, cut after its first screen."""
    html = render_report(_example(), "Recurrent neural networks")
    html = html.replace("prefers-color-scheme: dark", "prefers-color-scheme: no-preference")
    html = re.sub(r"(^|[\n,}])body\b", r"\1.body", html)  # a picture has no body of its own
    page = _Xhtml()
    page.feed(html)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
        f'viewBox="0 0 {WIDTH} {HEIGHT}"><foreignObject width="{WIDTH}" height="{HEIGHT}">'
        f'<div xmlns="http://www.w3.org/1999/xhtml">{page.text()}</div>'
        "</foreignObject></svg>\n"
    )


class _Xhtml(HTMLParser):
    """Writes a page's style and body as XML; a picture has no head and no links."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._parts: list[str] = []
        self._open: list[str] = []

    def text(self) -> str:
        return "".join(self._parts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("html", "head", "meta", "title"):
            self._open.append(tag) if tag == "title" else None
            return
        kept = [(CASE.get(n, n), v or "") for n, v in attrs if n not in ("href", "tabindex")]
        if tag == "body":
            tag, kept = "div", [("class", f"body {dict(attrs).get('class')}")]
        if tag == "svg":
            kept.append(("xmlns", "http://www.w3.org/2000/svg"))
        written = "".join(f' {name}="{escape(value)}"' for name, value in kept)
        self._parts.append(f"<{tag}{written}{'/' if tag in VOID else ''}>")

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._open.clear()
        elif tag not in ("html", "head") and tag not in VOID:
            self._parts.append(f"</{'div' if tag == 'body' else tag}>")

    def handle_data(self, data: str) -> None:
        if not self._open:
            self._parts.append(escape(data, quote=False))


def _example() -> Result:
    message = (
        "Changing the first input changes no later output.\n"
        "Called:   Elman(6, 6, 6)(float32 tensor of shape (4, 3, 6))"
    )
    hint = (
        "Assign the new hidden state to the variable that the next step reads, with its activation."
    )
    first = "The first input of a sequence reaches the output of a later step."
    second = "Running a sequence in two parts with the hidden state passed on equals one run."
    return Result(
        assignment="rnn",
        student=Student("5105", "Eklund, Saga"),
        status="graded",
        questions=(
            _question("1", "Padding and batching", ("passed",) * 4, "0.25"),
            _question("2", "Baseline: a perceptron on every token", ("passed",) * 4, "0.25"),
            QuestionResult(
                "3",
                "Elman network",
                (
                    CheckResult("a", first, "failed", Decimal("0.5"), message, hint),
                    CheckResult("b", second, "failed", Decimal("0.25"), message, hint),
                    CheckResult("c", "An output for each input.", "passed", Decimal("0.75")),
                ),
            ),
        ),
        environment=Environment("3.11", "2.13", "bwrap", 1, "0" * 64),
        files=(FileNotes("elman.py"),),
    )


def _question(
    number: str, title: str, outcomes: tuple[Outcome, ...], points: str
) -> QuestionResult:
    checks = [CheckResult(f"{number}.{i}", "…", o, Decimal(points)) for i, o in enumerate(outcomes)]
    return QuestionResult(number, title, tuple(checks))


if __name__ == "__main__":
    FILE.write_text(picture(), encoding="utf-8")
