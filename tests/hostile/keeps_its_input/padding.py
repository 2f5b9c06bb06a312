def pad_batch(rows, pad, side="right", max_len=None):
    longest = max(map(len, rows))
    for row in rows:
        row += [pad] * (longest - len(row))
    return rows
