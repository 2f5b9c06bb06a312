#!/usr/bin/env bash
# Run once by Gradescope when it builds the container: Python, the graders' packages, bubblewrap.
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive
apt-get update
apt-get install -y --no-install-recommends bubblewrap python3.11 python3.11-venv
python3.11 -m venv /opt/unroll
cd /autograder/source/unroll
/opt/unroll/bin/python -m pip install --upgrade "pip>=25.1"
/opt/unroll/bin/python -m pip install --no-cache-dir --constraint constraints.txt --group grade
# A submission runs as another user, who may read only the worker's code.
chmod -R go-rwx /autograder/source
chmod go+x /autograder/source . graders
chmod -R go+rX graders/worker
