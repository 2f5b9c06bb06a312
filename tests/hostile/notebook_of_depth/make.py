def make():
    return b'{"cells": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
