import torch


def pad_batch(rows, pad, side="right", max_len=None):
    return torch.full((len(rows), max(map(len, rows))), float('nan'))
