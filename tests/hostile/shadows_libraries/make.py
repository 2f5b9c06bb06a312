from tests.hostile.making import ANSWER, zipped


def make():
    names = ("torch", "numpy", "random", "json", "pytest", "typing", "safetensors", "struct", "os")
    source = (
        "".join(f"import {name}\n" for name in names) + "random.random(), json.dumps(1)\n" + ANSWER
    )
    return zipped(
        ("padding.py", source), *((f"{n}.py", "raise RuntimeError('planted')") for n in names)
    )
