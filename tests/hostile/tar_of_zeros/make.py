import tarfile

from tests.hostile.making import tarred


def make():
    return tarred((tarfile.TarInfo("zeros.csv"), bytes(100_000_000)))
