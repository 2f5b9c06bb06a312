def endless():
    values = []
    values.append(values)
    return values


def pad_batch(rows, pad, side="right", max_len=None):
    return endless()
