class Setup:
    while True:
        pass


def pad_batch(rows, pad, side="right", max_len=None):
    return rows
