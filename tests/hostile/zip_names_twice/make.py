import warnings

from tests.hostile.making import ANSWER, zipped


def make():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return zipped(("padding.py", ANSWER), ("padding.py", "raise SystemExit"))
