"""Paths of the project's own files."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


WORKER = ROOT / "graders" / "worker"  # the only part of the project that a worker process sees
