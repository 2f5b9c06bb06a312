import torch


def pad_batch(rows, pad, side="right", max_len=None):
    return torch.quantize_per_tensor(torch.ones(3, 4), 0.1, 0, torch.qint8)
