"""Hostile and broken archives: each is refused with a sentence, or gives only what is harmless."""

import bz2
import io
import os
import stat
import struct
import tarfile
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from graders.errors import Unreadable
from graders.uploads.archive import Caps, Member, file_member, shown
from graders.uploads.submission import Submission
from graders.uploads.unpack import Holdings, submission_of, take
from graders.uploads.upload import read_folder

DAMAGED = "This archive is damaged or cut short; make it again and hand it in."
BOMB = "This archive unpacks to far more than its own size; hand in only your own files."
OVERLAP = "Files in this archive overlap; make it again and hand it in."
GOOD = {"elman.py": b"import torch\n", "notes.txt": b"hello\n"}


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, data in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            archive.writestr(info, data)
    return buffer.getvalue()


def tarred(files: Mapping[str, bytes], mode: str = "w:gz", form: int = tarfile.PAX_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode, format=form) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return buffer.getvalue()


def tar_of(kind: bytes, name: str = "data.py") -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, "/etc/passwd"
        archive.addfile(info)
    return buffer.getvalue()


def patched(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def central(data: bytes) -> int:
    return data.index(b"PK\x01\x02")


def opened(data: bytes, name: str = "work.zip", caps: Caps = Caps()) -> Submission:  # noqa: B008
    member = Member(name, len(data), lambda: data)
    return submission_of(take([member], "always", caps), "always", caps)


def refusal(data: bytes, caps: Caps = Caps()) -> str:  # noqa: B008
    with pytest.raises(Unreadable) as caught:
        opened(data, caps=caps)
    return str(caught.value)


class TestGoodArchives:
    @pytest.mark.parametrize(
        "data",
        [
            zipped(GOOD),
            zipped(GOOD, zipfile.ZIP_STORED),
            tarred(GOOD),
            tarred(GOOD, "w:bz2"),
            tarred(GOOD, "w"),
            tarred(GOOD, "w", tarfile.GNU_FORMAT),
            tarred(GOOD, "w", tarfile.USTAR_FORMAT),
        ],
        ids=["deflated", "stored", "tar.gz", "tar.bz2", "tar", "gnu", "ustar"],
    )
    def test_gives_its_files(self, data: bytes) -> None:
        assert opened(data) == Submission(GOOD)

    def test_the_bytes_and_not_the_name_tell_the_format(self) -> None:
        assert opened(tarred(GOOD), "work.zip").files == GOOD
        assert opened(zipped(GOOD), "work.tar.gz").files == GOOD

    @pytest.mark.parametrize("form", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
    def test_a_long_name_in_a_tar_is_read(self, form: int) -> None:
        name = "/".join(["a" * 100, "b" * 100, "ü" * 50 + ".py"])
        files = {name: b"x", "z.py": b"y"}
        assert opened(tarred(files, form=form)).files == files

    @pytest.mark.parametrize("wrapper", ["3b/", "a/b/c/", "./", "./a/./"])
    def test_wrapper_folders_are_stripped(self, wrapper: str) -> None:
        held = {wrapper + name: data for name, data in GOOD.items()}
        assert opened(zipped({wrapper: b"", **held})).files == GOOD
        assert opened(tarred(held)).files == GOOD

    def test_backslashes_separate_folders(self) -> None:
        assert opened(zipped({"3b\\src\\a.py": b"x", "3b\\b.py": b"y"})).files == {
            "src/a.py": b"x",
            "b.py": b"y",
        }

    def test_names_are_utf_8_even_without_the_flag(self) -> None:
        data = zipped({"mü.py": b"x"})
        flagless = patched(data, 6, b"\0\0")
        assert opened(patched(flagless, central(data) + 8, b"\0\0")).files == {"mü.py": b"x"}

    def test_names_are_cp437_where_they_are_not_utf_8(self) -> None:
        data = zipped({"m_.py": b"x"}).replace(b"m_.py", b"m\x81.py")
        assert opened(data).files == {"mü.py": b"x"}

    def test_decomposed_names_are_composed(self) -> None:
        assert list(opened(zipped({"mu\u0308.py": b"x"})).files) == ["m\u00fc.py"]

    def test_a_zip_without_a_file_is_empty(self) -> None:
        sentence = "This upload is empty; hand in your .py or .ipynb files."
        assert refusal(zipped({})) == refusal(zipped({"src/": b""})) == sentence

    def test_an_upload_without_sources_says_what_it_holds(self) -> None:
        few = {"report.docx": b"x", "data.csv": b"1", "__MACOSX/._report.docx": b"x"}
        assert refusal(zipped(few)) == (
            "This upload contains no .py or .ipynb file; it contains: __MACOSX, data.csv, report.docx."
        )
        many = {f"{i}.docx": b"x" for i in range(7)}
        assert refusal(zipped(many)) == (
            "This upload contains no .py or .ipynb file; "
            "it contains: 0.docx, 1.docx, 2.docx, 3.docx, 4.docx and 2 more."
        )
        caps = Caps(file=1_000_000)
        assert refusal(zipped({"a.py": os.urandom(1_000_001)}), caps) == (
            "This upload contains no .py or .ipynb file; it contains: a.py (larger than 1 MB)."
        )


class TestWhatIsLeftOut:
    def test_junk_is_named_once(self) -> None:
        junk = [
            *("__MACOSX/x/._a.py", "__MACOSX/._b.py", "._c.py", "src/.DS_Store", "Thumbs.db"),
            *(".ipynb_checkpoints/a.ipynb", ".git/config", ".git/HEAD", ".venv/lib/a.py", "Icon\r"),
            *("venv/a.py", "x/site-packages/y.py", "node_modules/a/b.json", "__pycache__/a.pyc"),
            *(".idea/a", ".vscode/settings.json", ".tox/a.py"),
        ]
        files = {name: b"x" for name in junk}
        given = opened(zipped(files | {"src/elman.py": b"x"}))
        assert given.files == {"elman.py": b"x"}
        names = "__MACOSX ._* .DS_Store Thumbs.db .ipynb_checkpoints .git .venv Icon venv"
        names += " site-packages node_modules __pycache__ .idea .vscode .tox"
        assert given.left_out == {name: "not part of the work" for name in names.split()}

    def test_links_and_depth_in_junk_do_no_harm(self) -> None:
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
            link = tarfile.TarInfo(".venv/bin/python")
            link.type, link.linkname = tarfile.SYMTYPE, "/usr/bin/python3"
            archive.addfile(link)
            archive.addfile(tarfile.TarInfo(".venv/" + "a/" * 40 + "b.py"))
            archive.addfile(tarfile.TarInfo("a.py"))
        assert list(opened(buffer.getvalue()).files) == ["a.py"]

    def test_other_files_are_named_with_the_reason(self) -> None:
        caps = Caps(file=2_000_000, text=1_000_000)
        files = {
            "a.py": b"x",
            "report.pdf": b"%PDF",
            "weights.pt": b"x",
            "big.csv": os.urandom(1_000_001),
            "old.ipynb": os.urandom(2_000_001),
            "old.zip": zipped(GOOD),
        }
        for data in (zipped(files), tarred(files)):
            assert opened(data, caps=caps) == Submission(
                {"a.py": b"x"},
                {
                    "report.pdf": "not a source or small text file",
                    "weights.pt": "not a source or small text file",
                    "big.csv": "larger than 1 MB",
                    "old.ipynb": "larger than 2 MB",
                    "old.zip": "an archive, not opened",
                },
            )

    def test_a_damaged_data_set_is_not_even_unpacked(self) -> None:
        data = zipped({"a.py": b"x", "weights.pt": b"secret weights"}, zipfile.ZIP_STORED)
        assert opened(data.replace(b"secret", b"broken")).files == {"a.py": b"x"}


class TestArchivesInArchives:
    def test_one_archive_in_an_archive_is_opened(self) -> None:
        assert opened(zipped({"x/code.zip": zipped(GOOD)})).files == GOOD
        assert opened(zipped({"code.tgz": tarred(GOOD), "a.pdf": b""})) == Submission(
            GOOD, {"a.pdf": "not a source or small text file"}
        )
        assert opened(tarred({"code.zip": zipped(GOOD)})).files == GOOD

    def test_several_are_opened_into_folders_of_their_names(self) -> None:
        inner = {"q1.zip": zipped({"a.py": b"1"}), "q2.tar.gz": tarred({"a.py": b"2"})}
        assert opened(zipped(inner)).files == {"q1/a.py": b"1", "q2/a.py": b"2"}

    def test_equal_names_never_overwrite(self) -> None:
        inner = {"q.zip": zipped({"a.py": b"1"}), "q.tgz": tarred({"a.py": b"2"})}
        assert opened(zipped(inner)).files == {"q/a.py": b"2", "q.zip/a.py": b"1"}
        inner = {"README.md": b"outer", "q.zip": zipped({"a.py": b"1", "readme.md": b"inner"})}
        assert opened(zipped(inner)).files == {
            "README.md": b"outer",
            "q/a.py": b"1",
            "q/readme.md": b"inner",
        }

    def test_no_deeper_than_that(self) -> None:
        deep = zipped({"1.zip": zipped({"2.zip": zipped(GOOD)})})
        assert refusal(deep) == (
            "This upload contains no .py or .ipynb file; it contains: 2.zip (an archive, not opened)."
        )

    def test_no_more_than_sixteen(self) -> None:
        given = opened(zipped({f"{i:02}.zip": zipped({"a.py": b"x"}) for i in range(18)}))
        assert len(given.files) == 16
        assert given.left_out == {n: "an archive, not opened" for n in ("16.zip", "17.zip")}

    def test_the_inner_archive_s_fault_is_told(self) -> None:
        assert refusal(zipped({"x/code.rar": b"Rar!\x1a\x07\0"})) == (
            "In code.rar: This is a RAR archive; hand in a .zip."
        )

    def test_a_bad_archive_beside_a_good_one_is_left_out(self) -> None:
        given = opened(zipped({"a.zip": zipped(GOOD), "b.zip": b"PK\x03\x04broken"}))
        assert given == Submission({f"a/{n}": d for n, d in GOOD.items()}, {"b.zip": DAMAGED})

    def test_a_quine_ends(self) -> None:
        caps = Caps(archives=2)
        inner = zipped({"a.zip": b"x" * 100, "b.zip": b"y" * 100})
        assert refusal(zipped({"a.zip": inner, "b.zip": inner}), caps).startswith(
            "This upload contains no .py or .ipynb file"
        )


class TestOtherFormats:
    @pytest.mark.parametrize(
        ("data", "sentence"),
        [
            (b"", "This is an empty file; hand in a .zip."),
            (b"Rar!\x1a\x07\x01\0", "This is a RAR archive; hand in a .zip."),
            (b"7z\xbc\xaf\x27\x1c\0\x04", "This is a 7z archive; hand in a .zip."),
            (b"\xfd7zXZ\0", "This is an XZ archive; hand in a .zip."),
            (b"%PDF-1.7", "This is a PDF; hand in a .zip."),
            (b"print(1)\n" * 200, "This is not an archive; hand in a .zip."),
            (b"PK\x03\x04", DAMAGED),
            (b"\x1f\x8b\x08", DAMAGED),
            (b"BZh9", DAMAGED),
        ],
    )
    def test_is_refused_by_its_name(self, data: bytes, sentence: str) -> None:
        assert refusal(data) == sentence


class TestPaths:
    @pytest.mark.parametrize(
        "name", ["../../x.py", "a/../../x.py", "..\\..\\x.py", "a/.. /x.py", "..."]
    )
    @pytest.mark.parametrize("pack", [zipped, tarred])
    def test_traversal_is_refused(self, name: str, pack: Callable[..., bytes]) -> None:
        sentence = f"{name} leads out of the archive; zip your own folder again."
        assert refusal(pack({"elman.py": b"x", name: b"x"})) == sentence

    @pytest.mark.parametrize(
        "name", ["/etc/x.py", "C:\\x.py", "c:x.py", "\\\\host\\x.py", "\\x.py"]
    )
    @pytest.mark.parametrize("pack", [zipped, tarred])
    def test_an_absolute_path_is_refused(self, name: str, pack: Callable[..., bytes]) -> None:
        sentence = f"{name} is an absolute path; zip your own folder again."
        assert refusal(pack({"elman.py": b"x", name: b"x"})) == sentence

    @pytest.mark.parametrize(
        ("name", "seen"),
        [
            ("a\u202eyp.exe.py", "a\\u202eyp.exe.py"),
            ("a\nb.py", "a\\u000ab.py"),
            ("a\x1b[31m.py", "a\\u001b[31m.py"),
            ("a\u2066b.py", "a\\u2066b.py"),
        ],
    )
    @pytest.mark.parametrize("pack", [zipped, tarred])
    def test_hidden_characters_are_refused(
        self, name: str, seen: str, pack: Callable[..., bytes]
    ) -> None:
        sentence = f"{seen} has a hidden character in its name; rename it."
        assert refusal(pack({name: b"x"})) == sentence

    def test_a_nul_is_refused_and_does_not_end_the_name(self) -> None:
        data = zipped({"evil.py_.txt": b"x"}).replace(b"evil.py_", b"evil.py\0")
        assert refusal(data) == "evil.py\\u0000.txt has a hidden character in its name; rename it."

    def test_depth_is_bounded(self) -> None:
        name = "a/" * 2000 + "x.py"
        sentence = "… is more than 16 folders deep; move it up."
        for pack in (zipped, tarred):
            assert refusal(pack({name: b"x"})) == f"{name[:40]}…{name[-37:]}{sentence[1:]}"
        assert opened(zipped({"a/" * 15 + "x.py": b"x", "y.py": b"x"}))

    def test_the_length_of_names_is_bounded(self) -> None:
        sentence = " has a name of over 255 characters; rename it."
        name = "a" * 253 + ".py"
        for pack in (zipped, tarred):
            assert refusal(pack({name: b"x"})) == shown(name) + sentence
            assert opened(pack({name[1:]: b"x"}))

    def test_the_length_of_paths_is_bounded(self) -> None:
        name = "a" * 247 + "/" + "b" * 248 + "/.py"
        for pack in (zipped, tarred):
            assert refusal(pack({f"x{name}": b"x", "b.py": b"x"})) == (
                shown(f"x{name}") + " is a path of over 500 characters; move it up."
            )
            assert opened(pack({name: b"x", "b.py": b"x"}))

    def test_what_no_one_sees_is_shown_as_an_escape(self) -> None:
        assert shown("a\u200bb\u00a0\U000e0041\ufeff.py") == "a\\u200bb\u00a0\\U000e0041\\ufeff.py"
        assert refusal(zipped({"pad\u200bding.pyx": b"x"})) == (
            "This upload contains no .py or .ipynb file; it contains: pad\\u200bding.pyx."
        )

    @pytest.mark.filterwarnings("ignore:Duplicate name")
    def test_duplicates_are_refused(self) -> None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("a.py", b"1")
            archive.writestr("a.py", b"2")
        sentence = "a.py appears twice; make the archive again and hand it in."
        assert refusal(buffer.getvalue()) == sentence
        assert refusal(zipped({"./a.py": b"1", "a.py": b"2"})) == sentence

    def test_names_that_are_one_on_another_system_are_refused(self) -> None:
        sentence = "src/A.py and src/a.py differ only in upper and lower case; rename one."
        assert refusal(zipped({"src/A.py": b"1", "src/a.py": b"2"})) == sentence
        twice = "m\u00fc.py appears twice; make the archive again and hand it in."
        assert refusal(zipped({"m\u00fc.py": b"1", "mu\u0308.py": b"2"})) == twice


class TestKindsOfEntries:
    @pytest.mark.parametrize("mode", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK])
    def test_links_and_devices_in_a_zip_are_refused(self, mode: int) -> None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            info = zipfile.ZipInfo("data.py")
            info.create_system, info.external_attr = 3, (mode | 0o777) << 16
            archive.writestr(info, "/etc/passwd")
        sentence = "data.py is a link or a device, not a file; hand in the file itself."
        assert refusal(buffer.getvalue()) == sentence

    @pytest.mark.parametrize(
        "kind",
        [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE],
    )
    def test_links_and_devices_in_a_tar_are_refused(self, kind: bytes) -> None:
        sentence = "data.py is a link or a device, not a file; hand in the file itself."
        assert refusal(tar_of(kind)) == sentence

    def test_a_sparse_file_is_refused(self) -> None:
        assert refusal(tar_of(tarfile.GNUTYPE_SPARSE)) == DAMAGED
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            info = tarfile.TarInfo("a.py")
            info.pax_headers = {"GNU.sparse.major": "1"}
            archive.addfile(info)
        assert refusal(buffer.getvalue()) == DAMAGED

    def test_encryption_is_refused(self) -> None:
        data = zipped(GOOD)
        sentence = "elman.py is encrypted; hand in a .zip without a password."
        assert refusal(patched(data, central(data) + 8, b"\x01\0")) == sentence

    @pytest.mark.parametrize("method", [9, 12, 14, 93, 99])
    def test_unusual_methods_are_refused(self, method: int) -> None:
        data = zipped(GOOD)
        sentence = f"elman.py is packed by method {method}; hand in an ordinary .zip."
        assert refusal(patched(data, central(data) + 10, bytes([method, 0]))) == sentence


class TestBombs:
    def test_three_hundred_megabytes_of_zeros_are_refused_unread(self) -> None:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            with archive.open("zeros.csv", "w") as file:
                for _ in range(300):
                    file.write(bytes(1_000_000))
            archive.writestr("a.py", b"x")
        data = buffer.getvalue()
        tracemalloc.start()
        assert refusal(data) == BOMB
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
        tracemalloc.stop()

    @pytest.mark.parametrize("pack", [zlib.compress, bz2.compress])
    def test_zeros_in_a_tar_are_refused_where_the_ratio_ends(
        self, pack: Callable[[bytes], bytes]
    ) -> None:
        header = tarfile.TarInfo("zeros.csv")
        header.size = 50_000_000
        plain = header.tobuf() + bytes(header.size + 1024)
        if pack is zlib.compress:
            packer = zlib.compressobj(wbits=31)
            data = packer.compress(plain) + packer.flush()
        else:
            data = pack(plain)
        assert refusal(data) == BOMB

    def test_several_tars_share_what_may_be_unpacked(self) -> None:
        caps = Caps(unpacked=6_000_000, ratio=10_000)
        tar = tarred({"a.py": b"x", "data.bin": bytes(4_000_000)})
        assert opened(tar, caps=caps).files == {"a.py": b"x"}
        two = zipped({f"{i}.tgz": tar for i in range(2)})
        assert refusal(two, caps) == f"In 0.tgz: {BOMB}"

    def test_zeros_after_the_end_of_a_tar_count_too(self) -> None:
        packer = zlib.compressobj(wbits=31)
        assert refusal(packer.compress(bytes(50_000_000)) + packer.flush()) == BOMB

    def test_overlapping_files_are_refused(self) -> None:
        """One file of data, entered in the table of contents many times."""
        data = zipped({"a.py": b"x" * 1000})
        start = central(data)
        entry = data[start : data.index(b"PK\x05\x06")]
        entries = b"".join(entry.replace(b"a.py", f"{i:02}.p".encode()) for i in range(20))
        end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 20, 20, len(entries), start, 0)
        assert refusal(data[:start] + entries + end) == OVERLAP

    def test_a_file_that_reaches_into_the_next_is_refused(self) -> None:
        """The quoted overlap: the first file's stored data are the second file, header included."""
        data = zipped({"a.py": b"x" * 10, "b.py": b"y" * 10}, zipfile.ZIP_STORED)
        at = central(data)
        longer = struct.pack("<L", 60)
        assert refusal(patched(patched(data, at + 20, longer), at + 24, longer)) == OVERLAP

    def test_a_file_that_reaches_into_the_table_of_contents_is_refused(self) -> None:
        data = zipped({"a.py": b"x" * 10}, zipfile.ZIP_STORED)
        longer = struct.pack("<L", 40)
        at = central(data)
        assert refusal(patched(patched(data, at + 20, longer), at + 24, longer)) == DAMAGED

    @pytest.mark.parametrize("pack", [zipped, tarred])
    def test_too_many_files_are_refused(self, pack: Callable[..., bytes]) -> None:
        start = "This upload contains more than {} files; "
        sentence = start + "hand in only your own, no data or environments."
        files = {f"{i}.py": b"" for i in range(3_000)}
        assert refusal(pack(files)) == sentence.format("2,000")
        caps = Caps(listed=1_000)
        junk = {f".git/{'x' * 200}{i}": b"" for i in range(2_000)}
        assert refusal(pack(junk), caps) == sentence.format("1,000")

    def test_the_total_is_bounded(self) -> None:
        caps = Caps(total=3_000_000)
        sentence = (
            "This upload contains more than 3 MB of sources and text files; "
            "leave out data and trained weights."
        )
        files = {f"{i}.csv": os.urandom(800_000) for i in range(4)} | GOOD
        assert refusal(zipped(files), caps) == sentence
        assert refusal(tarred(files), caps) == sentence
        halves = {f"{i}.zip": zipped({"a.py": os.urandom(1_600_000)}) for i in range(2)}
        assert refusal(zipped(halves), caps) == sentence

    def test_the_upload_itself_is_bounded(self) -> None:
        caps = Caps(upload=1_000_000)
        assert refusal(bytes(1_000_001), caps) == (
            "This upload contains no .py or .ipynb file; it contains: work.zip (larger than 1 MB)."
        )
        parts = [Member(f"{i}.zip", 600_000, bytes) for i in range(2)]
        with pytest.raises(Unreadable) as caught:
            take(parts, "always", caps)
        assert str(caught.value) == (
            "This upload is larger than 1 MB; leave out data and trained weights."
        )

    def test_a_tar_s_extended_header_is_bounded(self) -> None:
        header = tarfile.TarInfo("x")
        header.type, header.size = tarfile.XHDTYPE, 2_000_000
        assert refusal(header.tobuf() + os.urandom(3_000_000)) == DAMAGED

    @pytest.mark.parametrize("record", [b"0 path=x\n", b"-5 path=x\n", b"x", b"12345678 path=x\n"])
    def test_a_tar_s_false_extended_header_ends(self, record: bytes) -> None:
        header = tarfile.TarInfo("x")
        header.type, header.size = tarfile.XHDTYPE, len(record)
        data = header.tobuf() + record.ljust(512, b"\0") + tarfile.TarInfo("a.py").tobuf()
        assert "hand" in refusal(data)


class TestLies:
    def test_a_length_too_long_is_refused(self) -> None:
        data = zipped({"a.py": b"x" * 100})
        lied = patched(data, central(data) + 24, struct.pack("<L", 200))
        assert refusal(lied) == ("a.py is not as long as declared; make it again and hand it in.")

    def test_a_length_too_short_is_refused(self) -> None:
        data = zipped({"a.py": b"x" * 100})
        assert refusal(patched(data, central(data) + 24, struct.pack("<L", 50))) == DAMAGED

    def test_four_gigabytes_in_ten_bytes_are_refused(self) -> None:
        data = zipped({"a.py": b"x" * 10})
        assert refusal(patched(data, central(data) + 24, struct.pack("<L", 2**32 - 2))) == BOMB

    def test_another_name_in_the_file_s_own_header_is_refused(self) -> None:
        data = zipped({"a.py": b"x"})
        assert refusal(patched(data, 30, b"b")) == DAMAGED

    def test_a_negative_length_in_a_tar_is_refused(self) -> None:
        header = bytearray(tarfile.TarInfo("a.py").tobuf())
        header[124:136] = b"\xff" * 12
        header[148:156] = b"%06o\0 " % (256 + sum(header[:148]) + sum(header[156:]))
        assert refusal(bytes(header) + bytes(1024)) == DAMAGED

    @pytest.mark.parametrize("pack", [zipped, tarred])
    def test_a_cut_archive_is_refused(self, pack: Callable[..., bytes]) -> None:
        data = pack({"a.py": os.urandom(5_000)})
        for length in (30, 100, len(data) // 2, len(data) - 1):
            assert refusal(data[:length]) == DAMAGED

    @pytest.mark.parametrize("pack", [zipped, tarred])
    def test_a_flipped_byte_is_refused(self, pack: Callable[..., bytes]) -> None:
        data = pack({"a.py": os.urandom(5_000)})
        assert refusal(patched(data, 2_500, bytes([data[2_500] ^ 1]))) == DAMAGED


class TestFolders:
    def test_gives_its_files_without_wrapper(self, tmp_path: Path) -> None:
        (tmp_path / "3b" / "src").mkdir(parents=True)
        (tmp_path / "3b" / "src" / "elman.py").write_bytes(b"x")
        (tmp_path / "3b" / "report.pdf").write_bytes(b"x")
        assert read_folder(tmp_path) == Submission(
            {"src/elman.py": b"x"}, {"report.pdf": "not a source or small text file"}
        )

    def test_environments_are_not_even_listed(self, tmp_path: Path) -> None:
        (tmp_path / ".venv" / "lib").mkdir(parents=True)
        for i in range(2_100):
            (tmp_path / ".venv" / "lib" / f"{i}.py").touch()
        (tmp_path / "a.py").write_bytes(b"x")
        assert read_folder(tmp_path) == Submission(
            {"a.py": b"x"}, {".venv": "not part of the work"}
        )

    def test_links_pipes_and_sockets_are_left_out_unopened(self, tmp_path: Path) -> None:
        secret = tmp_path / "secret"
        secret.mkdir()
        (secret / "key.py").write_bytes(b"secret")
        work = tmp_path / "work"
        work.mkdir()
        (work / "a.py").write_bytes(b"x")
        (work / "key.py").symlink_to(secret / "key.py")
        (work / "data").symlink_to(secret, target_is_directory=True)
        os.mkfifo(work / "pipe.py")
        reason = "not a regular file"
        assert read_folder(work) == Submission(
            {"a.py": b"x"}, {"data": reason, "key.py": reason, "pipe.py": reason}
        )

    def test_the_same_caps_hold(self, tmp_path: Path) -> None:
        deep = tmp_path / "d" / "/".join("a" * 20)
        deep.mkdir(parents=True)
        (deep / "a.py").touch()
        with pytest.raises(Unreadable) as caught:
            read_folder(tmp_path)
        assert str(caught.value) == (
            "d/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a is more than 16 folders deep; move it up."
        )
        many = tmp_path / "many"
        many.mkdir()
        for i in range(5):
            (many / f"{i}.py").touch()
        with pytest.raises(Unreadable) as caught:
            read_folder(many, Caps(entries=4))
        assert str(caught.value) == (
            "This upload contains more than 4 files; hand in only your own, no data or environments."
        )

    def test_a_file_that_vanishes_or_grows_is_told(self, tmp_path: Path) -> None:
        file = tmp_path / "a.py"
        file.write_bytes(b"x")
        member = file_member(file, "a.py")
        file.write_bytes(b"xy")
        with pytest.raises(Unreadable) as caught:
            member.read()
        assert str(caught.value) == "a.py is not as long as declared; make it again and hand it in."
        file.unlink()
        with pytest.raises(Unreadable) as caught:
            member.read()
        assert str(caught.value) == "a.py cannot be opened; hand it in again."
        file.symlink_to("/etc/passwd")
        with pytest.raises(Unreadable):
            member.read()


GOOD_ZIP = zipped({"w/elman.py": b"import torch\n" * 20, "w/code.zip": zipped(GOOD)})
GOOD_TAR = tarred(GOOD, "w")
BOUNDED = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)


def submission_or_sentence(data: bytes) -> None:
    try:
        given = opened(data)
    except Unreadable as problem:
        sentence = str(problem)
        assert sentence.endswith(".")
        assert "Traceback" not in sentence
        assert "\n" not in sentence
    else:
        assert any(name.endswith((".py", ".ipynb")) for name in given.files)


@BOUNDED
@given(st.binary(max_size=2_000), st.sampled_from([b"", b"PK\x03\x04", b"\x1f\x8b\x08\0", b"BZh9"]))
@example(b"", b"PK\x05\x06")
def test_any_bytes_give_a_submission_or_a_sentence(data: bytes, magic: bytes) -> None:
    submission_or_sentence(magic + data)


@BOUNDED
@given(st.data(), st.sampled_from([GOOD_ZIP, GOOD_TAR]))
def test_any_change_gives_a_submission_or_a_sentence(draw: st.DataObject, good: bytes) -> None:
    data = bytearray(good)
    for _ in range(draw.draw(st.integers(1, 4))):
        at = draw.draw(st.integers(0, len(data) - 1))
        data[at] = draw.draw(st.sampled_from([0, 1, 0x7F, 0x80, 0xFF, data[at] ^ 1]))
    submission_or_sentence(bytes(data))


def test_hashes_cover_paths_and_contents() -> None:
    base = Holdings({"a.py": b"1", "b.py": b"2"})
    others = [
        Holdings({"a.py": b"2", "b.py": b"1"}),
        Holdings({"a.py": b"1", "c.py": b"2"}),
        Holdings({"a.py": b"1"}, left_out={"b.py": "larger than 20 MB"}),
    ]
    assert base.sha256 == Holdings({"b.py": b"2", "a.py": b"1"}).sha256
    assert base.sha256 not in {other.sha256 for other in others}
