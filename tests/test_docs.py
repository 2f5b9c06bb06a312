"""The documents: every link leads somewhere, every command is one, every message is one of ours."""

import csv
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from concurrent.futures import Executor, Future
from configparser import ConfigParser
from dataclasses import replace

import pytest
import yaml

from experiments import train
from graders import __main__ as staff
from graders.batch import slots
from graders.grading.grade import ungraded
from graders.manual import server
from graders.paths import ROOT
from graders.sandbox.sandbox import NoSandbox
from graders.student import __main__ as student
from graders.student import check_one
from sitefile import OUTER

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
FENCED = re.compile(r"^```(\w*)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`|^    (\S.*)$", re.MULTILINE)
PROGRAMS = ("python", "python3", "py", "pipx", "pip", "tox", "sudo", "git", "properdocs", "bash")
THE_SYSTEMS = (  # commands that are not ours
    *("sudo apt-get", "pipx install", "pipx ensurepath", "pip install"),
    *("py -m pip install", "python3 -m pip install"),
)


def text_of(page):
    return page.read_text(encoding="utf-8")


def commands(page):
    """List everything on a page that is written like a command, inline or as a block."""
    text = text_of(page)
    found = [inline or block for inline, block in CODE.findall(FENCED.sub("", text))]
    found += [line for kind, block in FENCED.findall(text) for line in block.splitlines()
              if kind in ("", "sh", "bash", "console")]  # fmt: skip
    for line in found:
        for command in line.split(" && "):
            if command == "tox" or (command.split(" ")[0] in PROGRAMS and " " in command):
                yield command


def roles(*file):
    """Return the commands of each tox environment, in which posargs stand as PLACE."""
    found = ConfigParser(interpolation=None)
    found.read(ROOT.joinpath(*file), encoding="utf-8")
    return {
        name.removeprefix("testenv:"): [
            line.replace("{posargs}", "PLACE").replace("{/}", "/").split()
            for line in found[name].get("commands", "").splitlines()
            if line
        ]
        for name in found.sections()
    }


OURS = roles("tox.ini")
OWN = roles("graders", "student", "bundle", "tox.ini")
PARSERS = {
    "graders": staff.parser,
    "graders.student": student.parser,
    "experiments.train": train.parser,
}


def called(command):
    """Return what a command comes to: module and arguments of each `python -m` that it runs.

    Fails on what is neither ours nor one of the system's.
    """
    words = shlex.split(command, comments=True)
    known = OURS
    if words[:2] == ["pipx", "run"]:
        words = words[2:]
    elif words[0] == "tox" or words[1:3] == ["-m", "tox"]:
        words, known = words[words.index("tox") :], OWN
    if words[0] == "tox":
        words = [words[0], *words[2:]] if words[1:2] == ["run"] else words
        cut = words.index("--") if "--" in words else len(words)
        assert words[1:cut:2] in ([], ["-e"]), command
        names = words[2].split(",") if cut > 1 else ["test" if known is OURS else "check"]
        assert set(names) <= set(known), f"{command}: no environment {names}"
        lines = [line for name in names for line in known[name]]
        words_of = [[*line[:-1], *words[cut + 1 :]] for line in lines if line[-1] == "PLACE"]
        return [(line[2], line[3:]) for line in words_of if line[:2] == ["python", "-m"]]
    if words[:2] == ["python", "-m"]:
        assert words[2] in PARSERS, command
        return [(words[2], words[3:])]
    assert command.startswith(THE_SYSTEMS), f"{command} is no command of ours"
    return []


def parsed(module, arguments):
    """Let the command's own parser take its arguments; a bare name is a mention."""
    if module not in PARSERS or arguments in (["--help"], ["--version"]):
        return
    top = PARSERS[module]()
    if len(arguments) == 1:
        assert arguments[0] in top._subparsers._group_actions[0].choices, arguments
    else:
        top.parse_args(arguments)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_says_assignment_and_not_sheet(page):
    text = re.sub(r"^- Everything .*\n.*\n", "", text_of(page), flags=re.MULTILINE)
    assert not re.search(r"\bsheets?\b", text, re.IGNORECASE)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_and_option_is_one_that_exists(page):
    for command in commands(page):
        if "…" not in command:
            for module, arguments in called(command):
                parsed(module, arguments)


@pytest.mark.parametrize(
    "command",
    [
        "pipx run tox -e grade -- submissions.zip",
        "pipx run tox -e batch -- submissions.zip --out results --regarde 4711",
        "python -m graders template --all elman",
        "python -m graders fly",
        "tox -e quick -- elman --wach",
        "tox -e release -- rnn",
        "pip download torch",
    ],
)
def test_a_command_that_does_not_exist_is_found(command, capsys):
    with pytest.raises((AssertionError, SystemExit)):
        for module, arguments in called(command):
            parsed(module, arguments)


def test_commands_are_found_wherever_they_stand(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "Run `tox -e a` or\n\n    pipx run tox -e b && pipx run tox -e c # so\n\n```sh\ntox -e d\n```\n"
        "```toml\ntox = 1\n```\nand not `elman`\n",
        encoding="utf-8",
    )
    assert list(commands(page)) == [
        *("tox -e a", "pipx run tox -e b", "pipx run tox -e c # so", "tox -e d")
    ]


def test_every_role_of_tox_and_every_command_is_in_a_document():
    text = "\n".join(map(text_of, PAGES))
    for role in set(OURS) - {"tox", "testenv", "test"}:
        assert f"tox -e {role}" in text, role
    for role in set(OWN) - {"tox", "testenv"}:
        assert f"tox -e {role}" in text, role


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.name)
def test_what_ci_runs_and_watches_is_there(file):
    workflow = yaml.safe_load(text_of(file))
    for job in workflow["jobs"].values():
        own = job.get("defaults", {}).get("run", {}).get("working-directory")
        for step in job["steps"]:
            for command in re.findall(r"pipx run tox[^\n]*", step.get("run", "")):
                for module, arguments in called(command.removeprefix("pipx run " if own else "")):
                    parsed(module, arguments)
    for event in workflow[True].values():  # as YAML reads `on`
        for pattern in [*event.get("paths", []), *event.get("paths-ignore", [])]:
            assert list(ROOT.glob(pattern)), pattern


# --- links ---


def anchors(page):
    """Name the headings of a page as the repository's host and the site do."""
    titles = re.findall(r"^#+ (.+)$", FENCED.sub("", text_of(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file_and_a_heading(page):
    for target, anchor in re.findall(r"\]\(([^)#]*)#?([^)]*)\)", text_of(page)):
        if target.startswith("https:"):
            continue  # asked for by people, never by a test
        aim = (page.parent / target) if target else page
        assert aim.exists(), target
        assert not anchor or anchor in anchors(aim), f"{target}#{anchor}"


def test_every_document_is_in_the_index():
    text = text_of(ROOT / "docs" / "index.md")
    for page in PAGES:
        assert f"{page.name})" in text or page.name == "index.md", page.name
    assert "docs/index.md" in text_of(ROOT / "README.md")


# --- the site ---


def build(folder, out):
    command = [sys.executable, "-m", "properdocs", "build", "--strict", "-d", str(out)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8")


@pytest.fixture
def sources(tmp_path):
    for name in (*OUTER, "sitefile.py", "properdocs.yml"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    return tmp_path


def test_the_site_has_every_page_and_asks_nothing_of_the_network(tmp_path):
    done = build(ROOT, tmp_path)
    assert done.returncode == 0, done.stderr
    made = {file.name: text_of(file) for file in tmp_path.glob("*.html")}
    assert {f"{page.stem.lower()}.html" for page in PAGES} <= set(made)
    index = made["index.html"]
    for page in PAGES:
        assert f'href="{page.stem.lower()}.html"' in index, page.name  # in its menu
    assert 'src="report.png"' in made["readme.html"] and 'href="tas.html"' in made["readme.html"]
    for name, text in made.items():
        for tag in re.findall(r"<(?:script|link|img|iframe|source)\b[^>]*>", text):
            assert not re.search(r"(src|href)=[\"']?(https?:)?//", tag), f"{name}: {tag}"
    for file in tmp_path.rglob("*.css"):
        assert not re.search(r"(url\(|@import)\s*[\"']?(https?:)?//", text_of(file)), file.name


@pytest.mark.parametrize(
    ("page", "link", "words"),
    [
        ("docs/tas.md", "[x](nowhere.md)", "nowhere.md"),
        ("docs/tas.md", "[x](staff.md#no-such-heading)", "no-such-heading"),
        ("README.md", "[x](docs/nowhere.md)", "nowhere.md"),
        ("SECURITY.md", "[x](docs/tas.md#no-such-heading)", "no-such-heading"),
    ],
)
def test_a_dead_link_fails_the_site(page, link, words, sources):
    with (sources / page).open("a", encoding="utf-8") as file:
        file.write(f"\n{link}\n")
    done = build(sources, sources / "site")
    assert done.returncode != 0 and words in done.stderr


def test_a_page_that_the_index_leaves_out_fails_the_site(sources):
    (sources / "docs" / "lost.md").write_text("# Lost\n", encoding="utf-8")
    done = build(sources, sources / "site")
    assert done.returncode != 0 and "lost.md" in done.stderr


# --- what the documents say ---


def test_every_message_of_the_faq_is_one_of_ours():
    sources = " ".join(
        " ".join(re.findall(r'"((?:[^"\\]|\\.)*)"', text_of(file)))
        for file in (ROOT / "graders").rglob("*.py")
    )
    messages = re.findall(r"^\| `([^`]+)` \|", text_of(ROOT / "docs" / "faq.md"), re.MULTILINE)
    assert len(messages) >= 10
    for message in messages:
        assert message in sources, message


def test_a_sheet_as_the_documents_show_it_can_be_read():
    for kind, block in FENCED.findall(text_of(ROOT / "docs" / "assignments.md")):
        if kind == "toml":
            tomllib.loads(block)


class AtOnce(Executor):
    """A slot in which every submission gets nothing: the guide is about commands, not about points."""

    def submit(self, function, task, /, *arguments, **named):
        future = Future()
        future.set_result(_nothing(task.submission, task.student, task.sheet, task.seed))
        return future


def _nothing(submission, student, sheet, seed, sandbox=None):
    return replace(ungraded(sheet, student, "", seed, "none"), status="graded", message=None)


@pytest.fixture
def at_a_tas_desk(tmp_path, monkeypatch):
    """The files that the guide for TAs speaks of, and graders that take no time."""
    with zipfile.ZipFile(tmp_path / "upload.zip", "w") as archive:
        archive.writestr("elman.py", "x = 1\n")
    shutil.copy(tmp_path / "upload.zip", tmp_path / "repacked.zip")
    with zipfile.ZipFile(tmp_path / "submissions.zip", "w") as archive:
        for name in ("doejane_4711_99_3b.zip", "roeann_4712_98_3b.zip"):
            archive.write(tmp_path / "upload.zip", name)
    with (tmp_path / "gradebook.csv").open("w", encoding="utf-8", newline="") as file:
        head = ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "3B: RNNs (77)"]
        csv.writer(file).writerows(
            [
                head,
                ["    Points Possible", "", "", "", "", "10"],
                ["Doe, Jane", "4711", "s1", "jane", "A", ""],
                ["Roe, Ann", "4712", "s2", "ann", "A", ""],
            ]
        )

    monkeypatch.setattr(slots, "choose", lambda *_: NoSandbox())
    monkeypatch.setattr(slots.LocalSlots, "_make", lambda _: AtOnce())
    monkeypatch.setattr(check_one, "choose", lambda *_: NoSandbox())
    monkeypatch.setattr(check_one, "grade", _nothing)
    monkeypatch.setattr(server, "serve", lambda *_: 0)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_commands_of_the_guide_for_tas_run_in_its_order(at_a_tas_desk, capsys):
    blocks = re.findall(r"^    (pipx run tox .+)$", text_of(ROOT / "docs" / "tas.md"), re.MULTILINE)
    assert len(blocks) >= 15
    codes = {}
    for command in blocks:
        if command != "pipx run tox -e demo":  # that is CI's
            ((module, arguments),) = called(command)
            assert module == "graders"
            codes[command] = staff.main(arguments), capsys.readouterr().err
    no_browser = [said for _, said in codes.values() if "Chromium" in said]
    assert len(no_browser) <= 1
    wrong = {c: said for c, (code, said) in codes.items() if code == 2 and "Chromium" not in said}
    assert wrong == {}
    assert (at_a_tas_desk / "results-after" / "index.html").is_file()
    assert (at_a_tas_desk / "changes.html").is_file()
