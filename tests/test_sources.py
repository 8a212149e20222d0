import errno
import os
import pickle
import stat
import struct
import zipfile

import pytest
from layouts import pack, write

from closeup.records import CloseupError
from closeup.sources import Archive, Folder, Source, SourceError, natural

FILES = {"a/page10.xml": "ten", "a/page2.xml": "two", "b.JSON": "{}", "a/1.png": "x"}


@pytest.fixture(params=["folder", "archive"])
def source(request, tmp_path):
    if request.param == "folder":
        return Source.open(write(tmp_path / "data", FILES))
    return Source.open(pack(tmp_path / "data.cbz", FILES))


def one_line(error):
    assert str(error.value).isprintable(), str(error.value)
    return str(error.value)


def test_names_are_filtered_and_page_two_comes_before_page_ten(source):
    assert source.names(".xml") == ["a/page2.xml", "a/page10.xml"]
    assert source.names(".json", ".png") == ["a/1.png", "b.JSON"]
    assert len(source.names()) == 4


def test_a_file_is_read_whole_or_refused_for_its_size(source):
    assert source.read("a/page2.xml") == b"two"
    with pytest.raises(SourceError, match="more than 2 bytes") as error:
        source.read("a/page2.xml", limit=2)
    assert "page2.xml" in one_line(error)


def test_lines_come_one_at_a_time(source):
    assert list(source.lines("a/page10.xml")) == [b"ten"]


def test_a_missing_file_does_not_exist_and_cannot_be_read(source):
    assert source.exists("a/1.png")
    assert not source.exists("a/2.png")
    assert not source.exists("a")
    for name in ("a/2.png", "x" * 5000):
        with pytest.raises(SourceError, match="no such file"):
            source.read(name)


def test_a_source_without_a_matching_file_is_an_error(source):
    with pytest.raises(CloseupError, match=r"no \.svg or \.acbf file in it \(4 others\)"):
        source.names(".svg", ".acbf")


def test_a_source_pickles_and_reads_on(source):
    again = pickle.loads(pickle.dumps(source))
    assert again.names() == source.names()
    assert again.read("b.JSON") == b"{}"


@pytest.mark.parametrize(
    "name",
    [
        *("../x", "a/../../x", "/etc/passwd", "a//x", "./x", "a/.", "", "..", "C:/x", "c:x"),
        *("a\\..\\x", "\\\\host\\x", "a\0b", "a\nb", "a/", "\u202ex"),
    ],
)
def test_a_name_that_climbs_or_hides_something_is_refused(source, name):
    for use in (source.read, source.exists):
        with pytest.raises(SourceError, match="need a relative name") as error:
            use(name)
        one_line(error)


def test_hidden_files_and_what_macos_leaves_are_not_seen(tmp_path):
    litter = {".hidden": "", "__MACOSX/a.xml": "", "a/.DS_Store": "", ".git/b.xml": ""}
    for source in (
        Source.open(write(tmp_path / "data", {**FILES, **litter})),
        Source.open(pack(tmp_path / "data.zip", {**FILES, **litter})),
    ):
        assert len(source.names()) == 4


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("x" * 300, "File name too long"),
        ("y" * 5000, "File name too long"),
        ("a\0b", r"a\x00b': need a path of printable"),
        ("a\nb", r"a\nb': need a path of printable"),
        ("\udcff", r"\udcff': need a path of printable"),
    ],
)
def test_a_path_that_no_file_can_have_is_one_clear_line(tmp_path, name, shown):
    with pytest.raises(CloseupError) as error:
        Source.open(tmp_path / name)
    assert shown in one_line(error)
    assert len(one_line(error)) < 1000


def test_a_name_too_long_for_a_file_does_not_exist(source):
    assert not source.exists("x" * 300 + ".png")
    with pytest.raises(SourceError, match="no such file"):
        source.read("x" * 300 + ".png")


@pytest.mark.parametrize("name", ["nothing", "nothing.zip", "file.txt", "file.rar"])
def test_what_is_neither_folder_nor_archive_is_refused(tmp_path, name):
    write(tmp_path, {"file.txt": "x", "file.rar": "x"})
    with pytest.raises(CloseupError) as error:
        Source.open(tmp_path / name)
    assert name in one_line(error)


def test_an_order_of_names_counts_however_long_the_number_is():
    names = ["p" + "9" * 5000, "p10", "P2", "p01", "p1"]
    assert sorted(names, key=natural) == ["p01", "p1", "P2", "p10", "p" + "9" * 5000]


def test_folders_are_counted_one_by_one():
    names = ["part2/1.png", "part10/1.png", "part/2.png", "part/1.png"]
    assert sorted(names, key=natural) == [names[3], names[2], names[0], names[1]]


# folders


def test_a_link_that_leaves_the_folder_is_refused(tmp_path):
    write(tmp_path, {"secret.json": "{}", "data/a.json": "{}"})
    (tmp_path / "data" / "b.json").symlink_to("../secret.json")
    source = Source.open(tmp_path / "data")
    with pytest.raises(SourceError, match="a link that leaves the folder") as error:
        source.read("b.json")
    assert "b.json" in one_line(error)


def test_a_folder_that_is_a_link_elsewhere_is_listed_but_never_entered(tmp_path):
    write(tmp_path, {"other/c.json": "{}", "data/a.json": "{}"})
    (tmp_path / "data" / "more").symlink_to("../other", target_is_directory=True)
    source = Source.open(tmp_path / "data")
    assert source.names(".json") == ["a.json", "more"]
    for name in ("more", "more/c.json"):
        with pytest.raises(SourceError, match="a link that leaves the folder") as error:
            source.read(name)
        assert error.value.place == f"{tmp_path}/data/{name}"


def test_a_name_that_is_not_utf_8_is_listed_but_never_read(tmp_path):
    write(tmp_path, {"a.json": "{}"})
    (tmp_path / os.fsdecode(b"\xff.json")).write_text("{}")
    source = Source.open(tmp_path)
    good, bad = source.names(".json")
    assert source.read(good) == b"{}"
    with pytest.raises(SourceError, match="need a relative name") as error:
        source.read(bad)
    one_line(error)


def test_why_a_file_cannot_be_read_is_said_without_a_second_path(tmp_path):
    class Locked(Folder):
        def _open_file(self, name):
            raise PermissionError(errno.EACCES, "Permission denied", str(self.path / name))

    with pytest.raises(SourceError) as error:
        Locked(write(tmp_path, {"a.json": "{}"})).read("a.json")
    assert error.value.message == "cannot be read: Permission denied"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_folder_that_may_not_be_entered_is_one_clear_line(tmp_path):
    write(tmp_path, {"a/b/c.json": "{}"})
    source = Source.open(tmp_path)
    (tmp_path / "a").chmod(0)
    try:
        for use in (lambda: source.read("a/b/c.json"), source.names):
            with pytest.raises(SourceError, match=r"Permission denied$"):
                use()
        with pytest.raises(CloseupError, match=r"Permission denied$"):
            Source.open(tmp_path / "a" / "b")
    finally:
        (tmp_path / "a").chmod(0o700)


def test_an_error_is_one_short_line_whatever_was_in_it():
    error = SourceError("a\nb", "x" * 100_000)
    assert str(error).isprintable()
    assert len(str(error)) < 1000


def test_a_link_within_the_folder_and_a_folder_given_by_a_link_are_fine(tmp_path):
    write(tmp_path / "data", FILES)
    (tmp_path / "data" / "link.xml").symlink_to("a/page2.xml")
    (tmp_path / "way").symlink_to("data", target_is_directory=True)
    assert Source.open(tmp_path / "way").read("link.xml") == b"two"


def test_a_link_that_goes_in_circles_is_refused(tmp_path):
    (tmp_path / "a.json").symlink_to("b.json")
    (tmp_path / "b.json").symlink_to("a.json")
    with pytest.raises(SourceError) as error:
        Source.open(tmp_path).read("a.json")
    assert str(tmp_path) not in error.value.message
    one_line(error)


def test_a_pipe_is_no_file(tmp_path):
    os.mkfifo(tmp_path / "a.json")
    with pytest.raises(SourceError, match="not a regular file"):
        Source.open(tmp_path).read("a.json")


# archives


def archive(path, *members):
    """An archive of (ZipInfo or name, bytes)."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in members:
            out.writestr(name, data)
    return path


def entry(name, mode=0o100644):
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


@pytest.mark.parametrize("name", ["../x", "/x", "a/../../x", "C:/x", "a\\x", "a/./x", "../"])
def test_an_archive_with_a_name_that_climbs_is_refused(tmp_path, name):
    path = archive(tmp_path / "a.zip", (entry(name), b"x"))
    with pytest.raises(SourceError, match="need a relative name") as error:
        Source.open(path)
    assert "a.zip" in one_line(error)


def test_an_archive_with_a_link_is_refused(tmp_path):
    path = archive(tmp_path / "a.zip", (entry("x", stat.S_IFLNK | 0o777), b"/etc/passwd"))
    with pytest.raises(SourceError, match="a link"):
        Source.open(path)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_an_archive_with_a_name_twice_is_refused(tmp_path):
    path = archive(tmp_path / "a.zip", ("x", b"1"), ("x", b"2"))
    with pytest.raises(SourceError, match="two members"):
        Source.open(path)


def test_an_archive_that_swells_is_refused(tmp_path):
    path = archive(tmp_path / "a.zip", ("x", bytes(50_000_000)))
    assert path.stat().st_size < 100_000
    with pytest.raises(SourceError, match="the limit is 200 times"):
        Source.open(path)


def test_an_archive_that_understates_what_it_holds_is_refused_when_read(tmp_path):
    path = archive(tmp_path / "a.zip", ("x", bytes(2_000_000)))
    data = path.read_bytes().replace(struct.pack("<I", 2_000_000), struct.pack("<I", 1000))
    path.write_bytes(data)
    with pytest.raises(SourceError) as error:
        Source.open(path).read("x", limit=5000)
    one_line(error)


def test_an_encrypted_archive_is_refused(tmp_path):
    path = archive(tmp_path / "a.zip", ("x", b"1"))
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\1\2") + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(SourceError, match="without a password"):
        Source.open(path)


@pytest.mark.parametrize("keep", [0, 10, 60, 100, -1, -10, -22])
def test_a_truncated_archive_is_refused(tmp_path, keep):
    path = archive(tmp_path / "a.zip", ("x", os.urandom(100)))
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(CloseupError, match="not a readable archive") as error:
        Source.open(path)
    assert "a.zip" in one_line(error)


def test_a_member_with_a_wrong_checksum_is_refused(tmp_path):
    path = archive(tmp_path / "a.zip", ("x", b"some bytes"))
    data = bytearray(path.read_bytes())
    data[35] ^= 0xFF
    path.write_bytes(data)
    with pytest.raises(SourceError, match="cannot be read") as error:
        Source.open(path).read("x")
    one_line(error)


def test_an_unknown_packing_is_refused(tmp_path):
    path = archive(tmp_path / "a.zip", ("x", b"1"))
    data = bytearray(path.read_bytes())
    data[data.index(b"PK\1\2") + 10] = 77
    data[8] = 77
    path.write_bytes(data)
    with pytest.raises(SourceError, match="cannot be read") as error:
        Source.open(path).read("x")
    one_line(error)


def test_nothing_is_unpacked_to_disk(tmp_path):
    path = pack(tmp_path / "a.zip", FILES)
    source = Source.open(path)
    assert [source.read(name) for name in source.names()]
    assert list(tmp_path.iterdir()) == [path]


def test_folder_and_archive_are_told_apart_by_what_they_are(tmp_path):
    assert isinstance(Source.open(write(tmp_path / "a.zip", FILES)), Folder)
    assert isinstance(Source.open(pack(tmp_path / "b.ZIP", FILES)), Archive)
