import struct

from tests.hostile.making import zipped


def make():
    data = zipped(("a.py", "x" * 1000))
    start, end = data.index(b"PK\x01\x02"), data.index(b"PK\x05\x06")
    entries = b"".join(data[start:end].replace(b"a.py", b"%02d.p" % i) for i in range(20))
    return (
        data[:start]
        + entries
        + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 20, 20, len(entries), start, 0)
    )
