"""Sheets: read with exact decimals, and refused with a sentence where they do not hold together."""

import json
import re
from collections import Counter
from decimal import Decimal

import pytest

from graders.__main__ import main
from graders.errors import UsageError
from graders.paths import ROOT
from graders.results.scoring import DetailCosts
from graders.sheets.check_index import known_checks
from graders.sheets.items import Item
from graders.sheets.required_files import RequiredFile, UploadName
from graders.sheets.sheet import SHEETS, parse_sheet, read_sheet, sheet_names

HEAD = 'format = 2\ntitle = "T"\nversion = 1\npoints = {points}\n'
QUESTION = '[[questions]]\nnumber = 1\ntitle = "Q"\n'
MLP = [check for check in known_checks() if check.startswith("test_mlp.py")]
PADDING = next(check for check in known_checks() if check.startswith("test_padding.py"))

ITEM = "the item “I” of question 1"


def item(points="1", title="I", **lists):
    text = f'[[questions.items]]\ntitle = "{title}"\npoints = {points}\n'
    return text + "".join(f"{key} = {json.dumps(checks)}\n" for key, checks in lists.items())


def sheet(points="1", items=None, more="", manual=""):
    text = "".join(items if items is not None else [item(core=MLP[:1])])
    unused = "".join(f'"{check}" = "not here"\n' for check in MLP if f'"{check}"' not in text)
    text = HEAD.format(points=points) + more + QUESTION + text
    text += f"[questions.manual]\n{manual}\n" if manual else ""
    return parse_sheet("x", text + f"[not_asked]\n{unused}")


@pytest.mark.parametrize("name", sheet_names())
def test_every_sheet_holds_together(name):
    assert read_sheet(name).points == sum(q.max_points for q in read_sheet(name).questions)


@pytest.mark.parametrize("name", sheet_names())
def test_no_two_checks_of_an_assignment_share_a_sentence(name):
    sentences = Counter(check.sentence for check in read_sheet(name).checks.values())
    assert [sentence for sentence, count in sentences.items() if count > 1] == []


def test_points_are_exact():
    found = sheet("0.3", [item("0.1", core=MLP[:1]), item("0.2", "J", core=MLP[1:2])])
    assert found.points == found.questions[0].max_points == Decimal("0.3")
    assert [each.points for each in found.questions[0].items] == [Decimal("0.1"), Decimal("0.2")]


def test_an_item_names_its_checks_by_role():
    lists = {"details": MLP[4:6], "minor": MLP[3:4], "major": MLP[1:3], "core": MLP[:1]}
    found = sheet(items=[item(title="The “outputs”", **lists)]).questions[0]
    roles = ["core", "major", "major", "minor", "detail", "detail"]
    assert found.items == (Item("The “outputs”", Decimal(1), dict(zip(MLP, roles, strict=False))),)
    assert list(found.items[0].checks) == MLP[:6]  # core first, in the sheet's order within a role
    assert found.checks == found.items[0].checks


def test_a_question_has_the_checks_of_its_items_in_order():
    items = [item("0.5", "I", core=MLP[2:3], details=MLP[:1]), item("0.5", "J", core=MLP[1:2])]
    found = sheet(items=items)
    roles = {MLP[2]: "core", MLP[0]: "detail", MLP[1]: "core"}
    assert list(found.questions[0].checks.items()) == list(roles.items())
    assert list(found.checks) == list(roles)


def test_a_question_may_have_manual_points_alone():
    found = sheet("2", [], manual="points = 2\ncriteria = 'c'")
    assert found.questions[0].items == () and found.questions[0].max_points == 2


@pytest.mark.parametrize(
    ("more", "each", "together"),
    [
        ("", "0.05", "0.4"),
        ("[details]\n", "0.05", "0.4"),
        ("[details]\neach = 0.1\n", "0.1", "0.4"),
        ("[details]\ntogether = 1\n", "0.05", "1"),
        ("[details]\neach = 0\ntogether = 0.3\n", "0", "0.3"),
    ],
)
def test_a_sheet_may_say_what_details_cost(more, each, together):
    assert sheet(more=more).details == DetailCosts(Decimal(each), Decimal(together))


def test_limits_can_be_set():
    assert sheet(more="[limits]\ncall_seconds = 3\n").limits.call_seconds == 3.0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"points": "2"}, "add up to 1 points, but it declares 2."),
        (
            {"items": [item("0.5", core=MLP[:1]), item("0.4", "J", core=MLP[1:2])]},
            "add up to 0.9 points, but it declares 1.",
        ),
        (
            {"items": [item(core=["test_mlp.py::test_nothing"])]},
            "unknown check test_mlp.py::test_nothing.",
        ),
        (
            {"items": [item("2", core=MLP[:1]), item("-1", "J", core=MLP[1:2])]},
            f"points of {ITEM.replace('I', 'J')} must not be negative, but is -1.",
        ),
        (
            {"items": [item("nan", core=MLP[:1])]},
            f"points of {ITEM} must not be negative, but is NaN.",
        ),
        (
            {"items": [item("true", core=MLP[:1])]},
            f"points of {ITEM} must be a number, but is True.",
        ),
        (
            {"points": "0", "items": [item("0", core=MLP[:1])]},
            "The item “I” of question 1 has no points.",
        ),
        ({"items": [item(details=MLP[:1])]}, "The item “I” of question 1 has no core check."),
        (
            {"items": [item(major=MLP[:1], minor=MLP[1:2])]},
            "The item “I” of question 1 has no core check.",
        ),
        ({"items": [item()]}, "The item “I” of question 1 has no core check."),
        (
            {"items": [item(core=[MLP[0], MLP[1], MLP[0]])]},
            f"cannot be read: {ITEM} names {MLP[0]} twice.",
        ),
        (
            {"items": [item(core=MLP[:2], details=MLP[1:2])]},
            f"cannot be read: {ITEM} names {MLP[1]} twice.",
        ),
        (
            {"items": [item("0.5", core=MLP[:1]), item("0.5", "J", core=MLP[:1])]},
            f"It names {MLP[0]} twice.",
        ),
        (
            {"items": [item("0.5", core=MLP[:1]), item("0.5", core=MLP[1:2])]},
            "It has the item “I” of question 1 twice.",
        ),
        (
            {"items": [item(core=MLP[:1], details=[PADDING])]},
            "The item “I” of question 1 has checks of mlp and padding; split it.",
        ),
        ({"items": [item(core=MLP[0])]}, f"`core` of {ITEM} must be a list, but is "),
        ({"items": [item(core=[3])]}, f"a check of {ITEM} must be a text, but is 3."),
        (
            {"items": [item(core=MLP[:1], detail=MLP[1:2])]},
            "an item of question 1 has an unknown key detail; known are title, points, core, major",
        ),
        ({"items": ["[[questions.items]]\npoints = 1\n"]}, "an item of question 1 has no `title`."),
        ({"items": ['[[questions.items]]\ntitle = "I"\n']}, f"{ITEM} has no `points`."),
        ({"items": ["items = 3\n"]}, "`items` of question 1 must be a list, but is 3."),
        (
            {"items": [f'checks = {{"{MLP[0]}" = 1}}\n']},
            "a question has an unknown key checks; known are number, title, items, manual.",
        ),
        ({"more": "details = 3\n"}, "`details` must be a table, but is 3."),
        ({"more": "[details]\nmost = 1\n"}, "`details` has an unknown key most; known are each"),
        ({"more": "[details]\neach = 1.5\n"}, "`details.each` must be from 0 to 1, but is 1.5."),
        (
            {"more": "[details]\ntogether = -1\n"},
            "`details.together` must be from 0 to 1, but is -1.",
        ),
        ({"points": '"one"'}, "`points` must be a number, but is 'one'."),
        ({"more": "= 3\n"}, "Invalid statement (at line 5, column 1)."),
        ({"more": "colour = 3\n"}, "it has an unknown key colour; known are format, title"),
        ({"more": "[limits]\nspeed = 3\n"}, "`limits` has an unknown key speed; known are call"),
        ({"more": "[limits]\ncall_seconds = 0\n"}, "`limits.call_seconds` must be more than 0."),
        ({"more": "[limits]\ncall_seconds = 'x'\n"}, "call_seconds` must be a number, but is 'x'."),
        (
            {"more": "deadline = 2026-12-01T23:59:00\n"},
            "`deadline` has no time zone; write it as in",
        ),
        ({"more": "deadline = 2026-12-01\n"}, "`deadline` must be a date with a time, without"),
        ({"more": "deadline = '2026-12-01T23:59+01:00'\n"}, "must be a date with a time, without"),
        ({"more": "[[files]]\nnam = 'a.pdf'\n"}, "of `files` has an unknown key nam; known are"),
        ({"more": "[[files]]\nquestions = []\n"}, "an entry of `files` has no `name`."),
        ({"more": "[[files]]\nname = 'a/b.pdf'\n"}, "file a/b.pdf must be a name without folders."),
        ({"more": "[files]\nname = 'a.pdf'\n"}, "`files` must be a list, but is {"),
        (
            {"more": "[[files]]\nname = 'a.pdf'\nquestions = ['1']\n"},
            "It reads a.pdf for question 1, which has no manual points.",
        ),
        (
            {"more": "[[files]]\nname = 'a.pdf'\nmissing = 'zero'\n"},
            "the file a.pdf says `zero` but names no questions.",
        ),
        (
            {"more": "[[files]]\nname = 'a.pdf'\nmissing = 'fail'\n"},
            '`missing` of a.pdf must be "note" or "zero", but is \'fail\'.',
        ),
        (
            {"more": "[upload_name]\npattern = '(a'\nshown = 'a'\n"},
            "`upload_name.pattern` (a is not a regular expression: missing ), unterminated",
        ),
        ({"more": "[upload_name]\npattern = 'a'\n"}, "`upload_name` has no `shown`."),
        ({"manual": "points = 1"}, "`manual` of question 1 has no `criteria`."),
        (
            {"manual": "points = 1\ncriteria = ' '"},
            "`criteria` of question 1 must be a text, but is",
        ),
        ({"manual": "criteria = 'c'"}, "`manual` of question 1 has no `points`."),
        (
            {"manual": "points = -1\ncriteria = 'c'"},
            "points of question 1 must not be negative, but",
        ),
        ({"manual": "points = 0\ncriteria = 'c'"}, "points of question 1 must be more than 0."),
        ({"manual": "point = 1"}, "`manual` of question 1 has an unknown key point; known are"),
    ],
)
def test_a_sheet_that_does_not_hold_is_refused_with_a_sentence(arguments, words):
    with pytest.raises(UsageError) as caught:
        sheet(**arguments)
    said = str(caught.value)
    assert words in said and said.startswith("The assignment file x.toml ") and said.endswith(".")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("late", "words"),
    [
        ("colour = 1", "`late` has an unknown key colour; known are grace_minutes, per"),
        ("percent = 10", '`late.per` must be "day" or "hour", but is None.'),
        ("per = 'week'\npercent = 10", '`late.per` must be "day" or "hour", but is \'week\'.'),
        ("per = 'day'", "`late` must deduct either percent or points."),
        ("per = 'day'\npercent = 1\npoints = 1", "`late` must deduct either percent or points."),
        ("per = 'day'\npercent = 101", "the percent of `late` must be from 0 to 100, but is 101."),
        ("per = 'day'\npoints = -1", "the points of `late` must not be negative, but is -1."),
        (
            "per = 'day'\npoints = 1\nof = 'earned'",
            "`late.of` is for percent, but this policy deducts",
        ),
        ("per = 'day'\npercent = 1\nof = 'all'", '`late.of` must be "maximum" or "earned", but is'),
        ("per = 'day'\npercent = 9\nmost = 5", "`late.most` (5) is less than one day deducts (9)."),
        (
            "grace_minutes = -1",
            "`late.grace_minutes` must be a whole number of at least 0, but is -1.",
        ),
        ("steps = []", "`late.steps` must end with a step without days, for all that is later."),
        (
            "steps = [{days = 1, percent = 5}]",
            "`late.steps` must end with a step without days, for",
        ),
        ("steps = [{percent = 5}]\nper = 'day'", "`late` has both steps and per; give only one"),
        ("steps = [{percent = 5}, {percent = 9}]", "only the last of `late.steps` may be without"),
        (
            "steps = [{days = 0, percent = 5}]",
            "a step's `days` must be a whole number of at least 1",
        ),
        (
            "steps = [{days = 1, hours = 2, percent = 5}]",
            "`late.steps` has both days and hours; give only one",
        ),
        (
            "steps = [{days = 1, percent = 5}, {points = 5}]",
            "must all deduct percent or all deduct points.",
        ),
        ("steps = [{days = 1, percent = 5}, {percent = 4}]", "each of `late.steps` must last"),
        (
            "steps = [{days = 2, percent = 5}, {hours = 2, percent = 6}, {percent = 9}]",
            "each of `late.steps` must last longer and deduct no less than the one before.",
        ),
    ],
)
def test_a_late_policy_that_makes_no_sense_is_refused_with_a_sentence(late, words):
    with pytest.raises(UsageError) as caught:
        sheet(more=f"[late]\n{late}\n")
    assert words in str(caught.value) and len(str(caught.value).splitlines()) == 1


def test_what_surrounds_the_questions_is_read():
    found = sheet(
        more="deadline = 2026-12-01T23:59:00+01:00\n"
        "[upload_name]\npattern = 'a[.]zip'\nshown = 'a.zip'\n"
        "[[files]]\nname = 'report.pdf'\n[[files]]\nname = '*.csv'\n"
    )
    assert found.deadline.isoformat() == "2026-12-01T23:59:00+01:00"
    assert found.files == (RequiredFile("report.pdf"), RequiredFile("*.csv"))
    assert found.upload_name == UploadName("a[.]zip", "a.zip")
    assert found.late is None and found.manual_points == {}


def test_the_examples_in_the_documentation_hold():
    text = (ROOT / "docs" / "assignments.md").read_text(encoding="utf-8")
    whole, *policies = re.findall("```toml\n(.*?)```", text, re.DOTALL)
    found = parse_sheet("x", whole)
    assert found.files == (RequiredFile("report.pdf", ("1",)),)
    assert found.limits.call_seconds == 20 and found.deadline and found.upload_name
    assert found.questions[0].items == ()
    assert [sheet(more=policy).late.unit for policy in policies] == ["day", "step"]


def test_a_check_is_not_both_asked_and_not_asked():
    text = HEAD.format(points=1) + QUESTION + item(core=MLP[:1])
    reasons = "".join(f'"{check}" = "no"\n' for check in MLP)
    with pytest.raises(
        UsageError, match=r"puts .* into an item, but also lists it under .not_asked"
    ):
        parse_sheet("x", f"{text}[not_asked]\n{reasons}")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "it has no `format`."),
        (
            "format = 1\n",
            "`format` is 1, but this Unroll reads 2; a question has items now, see "
            "docs/assignments.md.",
        ),
        ("format = 3\n", "its `format` is 3, but this Unroll reads 2."),
        ("format = 2\nquestions = 3\n", "`questions` must be a list, but is 3."),
        (HEAD.format(points=0) + "questions = []\n", "It has no questions."),
        (HEAD.format(points=0) + "[[questions]]\ntitle = 'T'\n", "a question has no `number`."),
        (HEAD.format(points=0) + "[[questions]]\nnumber = '1'\n", "question 1 has no `title`."),
    ],
)
def test_what_is_missing_is_named(text, words):
    with pytest.raises(UsageError) as caught:
        parse_sheet("x", text)
    assert str(caught.value).endswith(words)


def test_every_question_by_hand_says_what_its_points_are_for():
    by_hand = {
        (name, question.number): question.criteria
        for name in sheet_names()
        for question in read_sheet(name).questions
        if question.manual_points
    }
    assert sorted(by_hand) == [("epita-lab", "1.3c"), ("vu-3b", "4"), ("vu-3b", "7")]
    assert all(len(criteria.split()) > 40 for criteria in by_hand.values())


def test_a_sheet_anywhere_can_be_checked(tmp_path, capsys):
    good, bad = tmp_path / "own.toml", tmp_path / "bad.toml"
    good.write_text((SHEETS / "epita-lab.toml").read_text())
    bad.write_text("format = 2\n")
    assert main(["assignment", str(good)]) == 0
    assert capsys.readouterr().out == "own: Coding your own RNN, 10 points, 55 checks\n"
    assert main(["assignment", str(bad)]) == 2
    said = capsys.readouterr().err
    assert said == "The assignment file bad.toml cannot be read: it has no `questions`.\n"
    assert main(["assignment", str(tmp_path / "none.toml")]) == 2
    assert "none.toml cannot be read: No such file or directory." in capsys.readouterr().err
    bad.write_bytes(b"\xff")
    assert main(["assignment", str(bad)]) == 2
    assert "bad.toml cannot be read: it is not UTF-8." in capsys.readouterr().err


def test_without_a_file_all_sheets_are_read(capsys):
    assert main(["assignment"]) == 0
    assert [
        line.partition(":")[0] for line in capsys.readouterr().out.splitlines()
    ] == sheet_names()


def test_a_check_that_is_left_unused_is_named():
    text = HEAD.format(points=1) + QUESTION + item(core=MLP[:1])
    with pytest.raises(UsageError, match=f"leaves {MLP[1]} unused"):
        parse_sheet("x", text)


def test_an_unknown_assignment_is_refused_with_the_known_ones():
    with pytest.raises(UsageError, match=r"no assignment `cnn`; there are .*rnn"):
        read_sheet("cnn")
