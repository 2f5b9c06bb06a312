"""Restrictions that a worker sets on itself by kernel calls before student code runs.

Calls that Python 3.11 lacks go through libc, each with its reason;
SECURITY.md describes their tests. Numbers are from the kernel headers.
"""

import ctypes
import os
import platform
import struct
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)

# sched.h, mount.h, prctl.h, capability.h, seccomp.h
NAMESPACES = {
    "user": 0x10000000,
    "pid": 0x20000000,
    "net": 0x40000000,
    "mount": 0x00020000,
    "ipc": 0x08000000,
    "uts": 0x04000000,
    "cgroup": 0x02000000,
}
MS_NOSUID, MS_NODEV, MS_NOEXEC = 2, 4, 8
PR_SET_SECCOMP, PR_SET_NO_NEW_PRIVS = 22, 38
CAPABILITY_VERSION = 0x20080522
SECCOMP_MODE_FILTER = 2
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446  # the same on every machine


def _call(name: str, *arguments: object) -> int:
    words = [ctypes.c_long(a) if isinstance(a, int) else a for a in arguments]
    result = int(getattr(_libc, name)(*words))
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
    return result


def leave_namespaces() -> None:
    """Leave every namespace of the parent; the next fork is process 1 of the new ones.

    The user stays the same; other users, groups and rights of the parent are gone.

    Raises:
        OSError: the kernel, or a policy of the system, does not allow it.
    """
    user, group = os.getuid(), os.getgid()
    _call("unshare", sum(NAMESPACES.values()))
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1", encoding="ascii")


def own_places(disk_mb: int) -> None:
    """Mount an empty /tmp, an empty /dev/shm and an own /proc over the parent's."""
    flags = MS_NOSUID | MS_NODEV
    size = f"size={disk_mb}m,nr_inodes=20000,mode=1777".encode()
    _call("mount", b"tmpfs", b"/tmp", b"tmpfs", flags, size)
    _call("mount", b"tmpfs", b"/dev/shm", b"tmpfs", flags, size)
    if os.path.isdir("/dev/pts"):  # terminals that siblings could share
        _call("mount", b"tmpfs", b"/dev/pts", b"tmpfs", flags, b"size=4k,mode=755")
    _call("mount", b"proc", b"/proc", b"proc", flags | MS_NOEXEC, None)
    Path("/proc/sys/user/max_user_namespaces").write_text("0", encoding="ascii")  # none below it
    os.chdir("/tmp")


def lock() -> list[str]:
    """Drop all rights that student code never needs; return what this kernel cannot restrict."""
    _call(
        "prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0
    )  # disables setuid programs; required by the calls below
    header = struct.pack("Ii", CAPABILITY_VERSION, 0)
    _call("capset", header, bytes(24))  # the rights over the new namespaces, used for the mounts
    return [*_landlock(), *_seccomp()]


def _landlock() -> list[str]:
    """Restrict writing to /tmp and /dev/shm; forbid signals and connections to the outside.

    The read-only mounts and the namespaces do the same: this is a second layer.
    """
    try:
        version = _call("syscall", LANDLOCK_CREATE, None, 0, 1)
    except OSError:
        return ["Landlock"]
    write = sum(1 << bit for bit in range(16) if bit not in (0, 2, 3))  # all but execute and read
    if version < 5:
        write &= ~(1 << 15)  # ioctl on devices
    if version < 3:
        write &= ~(1 << 14)  # truncate
    if version < 2:
        write &= ~(1 << 13)  # rename from folder to folder
    tcp, scope = (3 if version >= 4 else 0), (3 if version >= 6 else 0)  # scope: sockets, signals
    rules = struct.pack("QQQ", write, tcp, scope)[: 24 if version >= 6 else 16 if tcp else 8]
    ruleset = _call("syscall", LANDLOCK_CREATE, rules, len(rules), 0)
    devices = (1 << 1) | (write & (1 << 15)) | (write & (1 << 14))
    for folder, allowed in (("/tmp", write), ("/dev/shm", write), ("/dev", devices)):
        place = os.open(folder, os.O_PATH | os.O_CLOEXEC)
        _call("syscall", LANDLOCK_ADD, ruleset, 1, struct.pack("=Qi", allowed, place), 0)
        os.close(place)
    _call("syscall", LANDLOCK_RESTRICT, ruleset, 0)
    os.close(ruleset)
    return [] if version >= 6 else ["Landlock's scope"]


# Refused calls, with their numbers on x86-64 and on 64-bit ARM; a test compares libseccomp's.
REFUSED: dict[str, tuple[int, int]] = {
    # reading and controlling other processes
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_getfd": (438, 438),
    # other namespaces, other mounts
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    # memory that belongs to no process and so escapes the limits
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "semget": (64, 190),
    "msgget": (68, 186),
    # large parts of the kernel that no RNN needs
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "perf_event_open": (298, 241),
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "syslog": (103, 116),
    "quotactl": (179, 60),
    "fanotify_init": (300, 262),
    # the machine's own settings
    "acct": (163, 89),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
}
_MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}  # column, audit.h's number
_CLONE, _CLONE3, _SOCKET = (56, 220), (435, 435), (41, 198)
_X32 = 0x40000000  # a second table of numbers on x86-64, never used by Python
_KILL, _ALLOW, _ERRNO = 0x80000000, 0x7FFF0000, 0x00050000
_EPERM, _EACCES, _ENOSYS = 1, 13, 38
_AF_UNIX = 1


def seccomp_filter(machine: str) -> bytes | None:
    """Return the filter as the kernel's own instructions, for this kind of machine.

    Each is 8 bytes: code, how far to jump if true and if false, and a number.
    """
    if machine not in _MACHINES:
        return None
    column, architecture = _MACHINES[machine]

    def load(offset: int) -> bytes:  # of: number 0, architecture 4, first argument 16
        return struct.pack("=HBBI", 0x20, 0, 0, offset)

    def unless(number: int, skip: int, code: int = 0x15) -> bytes:
        return struct.pack("=HBBI", code, 0, skip, number)

    def end(action: int) -> bytes:
        return struct.pack("=HBBI", 0x06, 0, 0, action)

    spaces = sum(NAMESPACES.values())
    lines = [load(4), struct.pack("=HBBI", 0x15, 1, 0, architecture), end(_KILL), load(0)]
    if machine == "x86_64":
        lines += [unless(_X32, 1, code=0x35), end(_KILL)]
    for numbers in REFUSED.values():
        lines += [unless(numbers[column], 1), end(_ERRNO | _EPERM)]
    lines += [unless(_CLONE3[column], 1), end(_ERRNO | _ENOSYS)]  # libc then takes clone
    lines += [unless(_CLONE[column], 4), load(16), unless(spaces, 1, code=0x45)]
    lines += [end(_ERRNO | _EPERM), end(_ALLOW)]
    lines += [unless(_SOCKET[column], 4), load(16), unless(_AF_UNIX, 1), end(_ALLOW)]
    lines += [end(_ERRNO | _EACCES), end(_ALLOW)]
    return b"".join(lines)


_FILTER = seccomp_filter(platform.machine())  # made once, before any fork


def _seccomp() -> list[str]:
    """Refuse the calls above, for this process and all that it starts."""
    if _FILTER is None:
        return ["seccomp"]
    program = ctypes.create_string_buffer(_FILTER, len(_FILTER))
    header = struct.pack("HxxxxxxP", len(_FILTER) // 8, ctypes.addressof(program))
    _call("prctl", PR_SET_SECCOMP, SECCOMP_MODE_FILTER, header, 0, 0)
    return []
