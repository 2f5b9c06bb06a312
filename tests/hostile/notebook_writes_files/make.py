from tests.hostile.making import ANSWER, notebook


def make():
    return notebook(
        "%%writefile ../../../tmp/x.py\nraise SystemExit", "%%file /etc/cron.d/x.py\nx", ANSWER
    ).encode()
