def make():
    return (
        b'{"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": 3}, 5]}, null]}'
    )
