"""What a worker answers, taken apart; a worker's word is not trusted."""

from typing import Any

from graders.harness.faults import NO_ANSWER, Crash, Failed, Fault, NotFound, StudentError, TooLarge

NOTHING = "is not implemented yet"
NOBODY = "Nobody answers input() here: take what you need as an argument."
TEXT_CAP, FRAMES = 2_000, 6  # of an exception: characters, frames; a worker may send more


def located(found: object) -> tuple[list[str], list[str]]:
    """Take the answer to `locate` apart: the files that bind a name, best first, and names near it.

    Raises:
        Crash: it is no such answer.
    """
    match found:
        case {"files": list(files), "nearest": list(nearest)}:
            if all(isinstance(name, str) for name in (*files, *nearest)):
                return files, nearest
    raise Crash(NO_ANSWER)


def fault_of(error: Any) -> Fault:
    """Turn the worker's account of an exception into the fault that a student reads."""
    try:
        kind, name, text = (
            str(error["kind"]),
            str(error["type"])[:200],
            str(error["text"])[:TEXT_CAP],
        )
        frames = [
            (str(f)[:300], int(n), str(w)[:200], str(line)[:200])
            for f, n, w, line in error["frames"][-FRAMES:]
        ]
        file = str(error["file"])[:300]
    except (KeyError, TypeError, ValueError, OverflowError):
        return Crash(NO_ANSWER)
    trace = "".join(f"\n  {f}, line {n}, in {w}\n    {line}" for f, n, w, line in frames)
    if kind == "missing":
        return NotFound(text)
    if kind == "no object":
        return Failed(f"{name} gave no object.", text, f"an object of class {name}")
    if kind == "memory":
        return TooLarge(f"It asked for more memory than there is: {text}{trace}")
    if kind == "broken":
        text = f"{file} was read, but this definition failed with {name}: {text}"
        return StudentError(f"{text}{trace}", type_name=name, text=text)
    if name == "NotImplementedError":
        where = f"`{frames[-1][2]}` in {frames[-1][0]} " if frames else "It "
        return StudentError(f"{where}{NOTHING}.", type_name=name, text=text)
    hint = NOBODY if name == "EOFError" and "input(" in trace else ""
    return StudentError(f"It raised {name}: {text}{trace}", hint, type_name=name, text=text)
