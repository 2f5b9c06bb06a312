import torch


def pad_batch(rows, pad, side="right", max_len=None):
    return torch.sparse_coo_tensor(torch.zeros(2, 1).long(), [1.0], (10**6, 10**6))
