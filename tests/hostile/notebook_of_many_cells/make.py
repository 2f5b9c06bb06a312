from tests.hostile.making import ANSWER, notebook


def make():
    return notebook(ANSWER, *(f"x{i} = {i}" for i in range(100_000))).encode()
