"""What Windows lacks, taken away: in the student's command and, through PYTHONPATH, in its worker."""

import os
import select
import signal
import socket
import subprocess  # it binds what it needs before that is gone
import sys
import tempfile

import psutil  # as well

ABSENT = ("resource", "fcntl", "pwd", "grp", "termios", "tty", "pty", "syslog")
GONE = {
    os: (
        *(
            "fork",
            "forkpty",
            "geteuid",
            "getuid",
            "getegid",
            "getgid",
            "getpgid",
            "getsid",
            "setsid",
        ),
        *("killpg", "set_blocking", "mkfifo", "mknod", "chown", "sched_getaffinity"),
        *("getloadavg", "sysconf", "statvfs", "pipe2", "wait3", "wait4"),
        *("O_NOFOLLOW", "O_NONBLOCK", "O_DIRECTORY", "O_CLOEXEC", "EX_OK"),
    ),
    signal: (
        *("SIGALRM", "SIGVTALRM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGCHLD", "SIGPIPE"),
        *("setitimer", "getitimer", "alarm", "pause", "pthread_sigmask", "pthread_kill"),
        *("ITIMER_REAL", "ITIMER_VIRTUAL", "ITIMER_PROF", "siginterrupt", "sigwait"),
    ),
    select: ("poll", "epoll"),
    socket: ("AF_UNIX", "recv_fds", "send_fds", "socketpair"),
}


class Absent:
    """An importer to which the modules of other systems are unknown."""

    def find_spec(self, name, path=None, target=None):
        if name in ABSENT:
            raise ModuleNotFoundError(f"No module named '{name}'", name=name)


def no_select(*streams):
    raise OSError(10038, "An operation was attempted on something that is not a socket")


sys.meta_path.insert(0, Absent())
for name in ABSENT:
    sys.modules.pop(name, None)
for module, names in GONE.items():
    for name in names:
        if hasattr(module, name):
            delattr(module, name)
select.select = no_select
assert subprocess and tempfile and psutil
