import tarfile

from tests.hostile.making import ANSWER, tarred


def make():
    return tarred((tarfile.TarInfo("../../x.py"), ANSWER.encode()))
