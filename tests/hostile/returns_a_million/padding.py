def pad_batch(rows, pad, side="right", max_len=None):
    return [object() for _ in range(1_000_000)]
