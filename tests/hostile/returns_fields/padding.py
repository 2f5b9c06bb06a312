class Odd(tuple):
    _fields = tuple("class def __init__ a a ﬁ fi".split()) * 800

    def __new__(cls, *values):
        return super().__new__(cls, values)


def pad_batch(rows, pad, side="right", max_len=None):
    return Odd(*range(5000))
