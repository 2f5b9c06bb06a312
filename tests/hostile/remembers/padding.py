import torch

SEEN = []


def pad_batch(rows, pad, side="right", max_len=None):
    SEEN.append(torch.nn.utils.rnn.pad_sequence([torch.as_tensor(r) for r in rows], True, pad))
    return SEEN[0] * 0
