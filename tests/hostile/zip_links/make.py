from tests.hostile.making import zipped


def make():
    return zipped(("padding.py", "/etc/passwd"), mode=0o120777)
