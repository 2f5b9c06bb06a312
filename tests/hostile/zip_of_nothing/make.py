from tests.hostile.making import zipped


def make():
    return zipped()
