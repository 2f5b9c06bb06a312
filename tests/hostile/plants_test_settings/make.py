from tests.hostile.making import WRONG, zipped

PASSES_ALL = """import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    outcome.get_result().outcome = "passed"
"""


def make():
    settings = (
        "pytest.ini",
        "pytest.toml",
        "setup.cfg",
        "tox.ini",
        "pyproject.toml",
        "graders/pytest.ini",
    )
    return zipped(
        ("padding.py", WRONG),
        ("conftest.py", PASSES_ALL),
        ("graders/conftest.py", PASSES_ALL),
        ("graders/checks/test_padding.py", "def test_pads_on_the_right():\n    pass\n"),
        *(
            (name, "[pytest]\naddopts = --co\n[tool.pytest.ini_options]\naddopts = ['--co']")
            for name in settings
        ),
    )
