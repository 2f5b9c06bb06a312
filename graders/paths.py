"""Where the project's own files are."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


WORKER = ROOT / "graders" / "worker"  # all that a worker process sees of the project
