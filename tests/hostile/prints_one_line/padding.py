def pad_batch(rows, pad, side="right", max_len=None):
    print("x" * 1_000_000)
    return rows
