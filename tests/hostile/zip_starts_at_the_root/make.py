from tests.hostile.making import ANSWER, zipped


def make():
    return zipped(("padding.py", ANSWER), ("/etc/cron.d/x.py", "x"))
