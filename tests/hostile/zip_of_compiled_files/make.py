from tests.hostile.making import zipped


def make():
    return zipped(
        ("padding.pyc", bytes(100)),
        ("__pycache__/padding.cpython-311.pyc", bytes(100)),
        ("padding.so", b"\x7fELF"),
    )
