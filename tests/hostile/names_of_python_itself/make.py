from tests.hostile.making import ANSWER, zipped


def make():
    names = (
        "CON.py",
        "nul.py",
        ".py",
        "...py",
        "a b.py",
        "__init__.py",
        "-m.py",
        "--.py",
        "класс.py",
        "a.b.c.py",
        "\U0001d499.py",
        "class.py",
        "$(id).py",
        "'; x.py",
        "=1+1.py",
        "%s.py",
        "{x}.py",
    )
    return zipped(("padding.py", ANSWER), *((name, "raise SystemExit") for name in names))
