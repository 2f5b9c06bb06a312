def make():
    return (
        b'{"cells": [3, null, {"cell_type": "code", "source": {"a": NaN}}, '
        b'{"cell_type": "code", "source": ["\\ud800", 1e999]}]}'
    )
