def make():
    return b"Rar!\x1a\x07\x01\0" + bytes(1000)
