"""`mark OUT`: a local web page for manual grading.

It listens on the loopback address, and every URL begins with a token that is new at each start and
printed once: no other user of the machine and no page in the browser can guess it.
"""

import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from flask import Flask, Response, abort, request
from rich.console import Console
from werkzeug.exceptions import HTTPException

from graders.console import say
from graders.errors import UsageError
from graders.manual.desk import Desk, Stale, Work, desk, version
from graders.manual.file_viewer import POLICY, page_of
from graders.results.manual_csv import Mark
from graders.text import decimal
from graders.uploads.upload import Upload
from reports.page import form_policy
from reports.staff.mark_page import MarkView, render_list, render_work

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "Content-Type": "text/html; charset=utf-8",
}
PLAIN = {"Content-Type": "text/plain; charset=utf-8"}
LONGEST = 100_000  # bytes of a form


def serve(out: Path, uploads: Sequence[Upload] | None, port: int, console: Console) -> int:
    """Serve until Ctrl-C."""
    token = secrets.token_urlsafe(24)
    found = desk(out, uploads)
    serving = server(port)
    host = f"127.0.0.1:{serving.server_port}"
    serving.set_app(application(found, token, host))
    say(console, f"Open http://{host}/{token}/")
    console.print("Stop with Ctrl-C; then run `manual` to update reports and grades.csv.")
    console.file.flush()  # the line must be visible while the server runs
    with serving:
        try:
            serving.serve_forever()
        except KeyboardInterrupt:
            print(file=sys.stderr)
    return 0


def server(port: int) -> WSGIServer:
    """Open a port of the loopback address; 0 means any.

    Raises:
        UsageError: it cannot be used.
    """
    try:
        return make_server("127.0.0.1", port, _nothing, _Threads, _Quiet)
    except OSError as problem:
        raise UsageError(f"Port {port} cannot be used: {problem.strerror}.") from problem


def application(found: Desk, token: str, host: str) -> Flask:
    """Return the application: a list, a page for each answer, and the files of the answer."""
    app = Flask(__name__, static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LONGEST

    @app.before_request
    def guard() -> None:
        if request.headers.get("Host") != host:
            abort(403)
        if not secrets.compare_digest(request.path.split("/")[1].encode(), token.encode()):
            abort(404)

    @app.errorhandler(HTTPException)
    def refuse(problem: HTTPException) -> tuple[str, int, dict[str, str]]:
        return f"{problem.code} {problem.name}\n", problem.code or 500, PLAIN

    @app.get(f"/{token}/")
    def list_all() -> Response:
        marks = found.marks()
        return _answer(render_list([_view(found, n, marks) for n in range(len(found.works))]))

    @app.get(f"/{token}/work/<int:number>")
    def show(number: int) -> Response:
        _work(found, number)
        return _answer(render_work(_view(found, number, found.marks())))

    @app.post(f"/{token}/work/<int:number>")
    def save(number: int) -> Response:
        refused = _save(found, number)
        onward = {"Location": f"/{token}/{_next(found, number)}"}
        return refused or Response(status=303, headers=onward)

    @app.get(f"/{token}/file/<int:number>/<int:place>")
    def file(number: int, place: int) -> Response:
        files = sorted(found.submission(_work(found, number)).files.items())
        if place >= len(files):
            abort(404)
        return _answer(page_of(*files[place]), policy=POLICY)

    return app


def _save(found: Desk, number: int) -> Response | None:
    """Save the points and the comment of the form; return the page again if they are refused."""
    work = _work(found, number)
    points, comment, seen = (
        request.form.get(name, "") for name in ("points", "comment", "version")
    )
    try:
        found.save(work, points, comment.replace("\r\n", "\n").strip(), seen)
    except (Stale, ValueError) as problem:
        view = _view(found, number, found.marks(), points, comment)
        return _answer(render_work(view, _refusal(problem, found.marks().get(work.key))), 409)
    return None


def _work(found: Desk, number: int) -> Work:
    if number >= len(found.works):
        abort(404)
    return found.works[number]


def _view(
    found: Desk,
    number: int,
    marks: dict[Any, Mark],
    points: str | None = None,
    comment: str | None = None,
) -> MarkView:
    """Return an answer with the saved grade, or with the one just typed."""
    work = found.works[number]
    mark = marks.get(work.key, Mark(None, ""))
    saved = "" if mark.points is None else decimal(mark.points)
    submission = found.submission(work)
    return MarkView.of(
        number,
        (work.name, work.student, work.question, work.title, work.criteria),
        work.max_points,
        saved if points is None else points,
        mark.comment if comment is None else comment,
        version(marks.get(work.key)),
        mark.points is None,
        sorted(submission.files),
        submission.left_out,
    )


def _refusal(problem: Exception, mark: Mark | None) -> str:
    if not isinstance(problem, Stale):
        return f"Not saved: {problem}."
    given = "no points" if mark is None or mark.points is None else f"{decimal(mark.points)} points"
    comment = f", “{mark.comment}”" if mark and mark.comment else ""
    return (
        f"Not saved: meanwhile this question was given {given}{comment}, in another tab or in "
        "manual.csv. Save again to replace it."
    )


def _next(found: Desk, number: int) -> str:
    """Return the path of the next ungraded answer, after this one first; else of the list."""
    marks = found.marks()
    order = [*range(number + 1, len(found.works)), *range(number)]
    ungraded = (n for n in order if marks.get(found.works[n].key, Mark(None, "")).points is None)
    place = next(ungraded, None)
    return "" if place is None else f"work/{place}"


def _answer(page: str, status: int = 200, policy: str = "") -> Response:
    headers = {**HEADERS, "Content-Security-Policy": policy or form_policy()}
    return Response(page.encode("utf-8"), status=status, headers=headers)


def _nothing(environ: Any, start: Any) -> list[bytes]:
    start("503 Service Unavailable", [])
    return []


class _Threads(ThreadingMixIn, WSGIServer):
    """Answers at once, also while a browser keeps an idle connection open."""

    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    """Prints no line for each request, since that would show the token."""

    def log_message(self, format: str, *args: Any) -> None:
        pass
