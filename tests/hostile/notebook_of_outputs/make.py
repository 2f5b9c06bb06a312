from tests.hostile.making import ANSWER, notebook


def make():
    return notebook(ANSWER, outputs=["x" * 25_000_000]).encode()
