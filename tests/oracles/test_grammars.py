"""Tests of graders/oracles/grammars.py: the exact languages, and where a text leaves them."""

import itertools
import re

import pytest

from graders.oracles.grammars import brackets, marked, ndfa

NDFA = re.compile(r"s((abc!)*|(uvw!)*|(klm!)*)s")


def test_ndfa_agrees_with_an_expression_on_all_short_texts():
    pieces = ["s", "abc!", "uvw!", "klm!", "a", "!"]
    for count in range(5):
        for chosen in itertools.product(pieces, repeat=count):
            text = "".join(chosen)
            assert (ndfa(text) is None) == bool(NDFA.fullmatch(text)), text


def test_brackets_agree_with_cancelling_on_all_short_texts():
    for count in range(1, 11):
        for chosen in itertools.product("()", repeat=count):
            text = rest = "".join(chosen)
            while "()" in rest:
                rest = rest.replace("()", "")
            assert (brackets(text) is None) == (rest == ""), text


@pytest.mark.parametrize(
    ("judge", "text", "shown"),
    [
        (ndfa, "sabc!s", "sabc!s"),
        (ndfa, "", "▶end◀: the text must begin with s"),
        (ndfa, "abc!s", "▶a◀bc!s: the text must begin with s"),
        (ndfa, "s", "s▶end◀: a word or the last s is missing"),
        (ndfa, "s!", "s▶!◀: expected a word or the last s here"),
        (ndfa, "ssa", "ss▶a◀: nothing may follow the last s"),
        (ndfa, "sabc!ss", "sabc!s▶s◀: nothing may follow the last s"),
        (
            ndfa,
            "sabc!uvw!s",
            "sabc!▶u◀vw!s: the word is abc!, so a or s must follow",
        ),
        (ndfa, "sabx!s", "sab▶x◀!s: the word is abc!, so c must follow"),
        (ndfa, "sabc", "sabc▶end◀: the text ends before the last s"),
        (brackets, "()()", "()()"),
        (brackets, "())(", "()▶)◀(: this bracket has no opening bracket"),
        (brackets, "(()", "(()▶end◀: 1 brackets are not closed"),
        (brackets, "(s)", "(▶s◀): only brackets are allowed"),
        (brackets, "", "▶end◀: the text is empty"),
    ],
)
def test_the_first_violation_is_marked(judge, text, shown):
    assert marked(text, judge(text)) == shown
