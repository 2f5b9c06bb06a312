import tarfile

from tests.hostile.making import link, tarred


def make():
    return tarred((link("padding.py", "/etc/passwd", tarfile.FIFOTYPE), b""))
