"""The documents: every link leads somewhere, every command exists, every message is one of ours."""

import re
import shlex
import tomllib
from configparser import ConfigParser
from pathlib import Path

import pytest

from graders import student
from graders.__main__ import parser
from graders.harness.sandbox import ROOT

PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md"))]
CODE = re.compile(r"`([^`\n]+)`|^    (\S.*)$", re.MULTILINE)


def commands(page):
    for inline, block in CODE.findall(page.read_text(encoding="utf-8")):
        yield from re.split(r" && ", inline or block)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page):
    for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


def test_every_document_is_in_the_index():
    text = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    for page in PAGES:
        assert page.name in text or page.name == "index.md", page.name
    assert "docs/index.md" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_is_one_that_exists(page):
    """Each is parsed by the command line that it calls, or is a tox environment of ours."""
    roles = ConfigParser()
    roles.read(ROOT / "tox.ini")
    own = ConfigParser()
    own.read(ROOT / "graders" / "harness" / "bundle" / "tox.ini")
    for command in commands(page):
        words = shlex.split(command.replace("…", ""), comments=True) if "'" not in command else []
        if words[:3] == ["python", "-m", "graders"] and len(words) > 3 and words[3] != "--help":
            known = parser()._subparsers._group_actions[0].choices
            assert words[3] in known, command
            if not any(word.isupper() for word in words) and len(words) > 4:
                parser().parse_args(words[3:])
        elif "tox" in words[:3] and "-e" in words:
            name = words[words.index("-e") + 1]
            student_side = words[0] == "tox"
            known = own if student_side else roles
            for one in name.split(","):
                assert f"testenv:{one}" in known, command
            if student_side and "--" in words:
                student.parser().parse_args([name, *words[words.index("--") + 1 :]])


def test_every_message_of_the_faq_is_one_of_ours():
    sources = " ".join(
        " ".join(re.findall(r'"((?:[^"\\]|\\.)*)"', file.read_text(encoding="utf-8")))
        for file in (ROOT / "graders" / "harness").rglob("*.py")
    )
    text = (ROOT / "docs" / "faq.md").read_text(encoding="utf-8")
    messages = re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)
    assert len(messages) >= 10
    for message in messages:
        assert message in sources, message


def test_a_sheet_as_the_documents_show_it_can_be_read():
    text = (ROOT / "docs" / "sheets.md").read_text(encoding="utf-8")
    for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL):
        tomllib.loads(block)


def test_every_role_of_tox_is_in_the_readme():
    roles = ConfigParser()
    roles.read(ROOT / "tox.ini")
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    for name in roles.sections():
        role = name.partition(":")[2]
        if role and role not in ("test", "browser"):
            assert f"tox -e {role}" in text, role
    assert isinstance(PAGES[0], Path)
