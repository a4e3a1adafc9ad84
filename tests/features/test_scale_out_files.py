"""Bytes by address: the same bytes whichever way they are stored, and a sentence where there are none."""

import hashlib
import http.server
import io
import tarfile
import threading
from urllib.parse import unquote

import numpy as np
import pytest

from hindmost.core.errors import InputError, MissingExtra
from hindmost.features import remote_files
from hindmost.features.addressed import Addressed
from hindmost.features.digests import digests
from hindmost.features.remote_files import read_bytes, sha256_of
from hindmost.features.tar_shards import tar_members

CONTENTS = {"a b.jpg": bytes(range(256)) * 70, "d/c#1.PNG": b"second", "empty.jpg": b"", "a b.cls": b"0"}


def shard_bytes(contents=CONTENTS, mode="w"):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode=mode) as tar:
        for name, content in contents.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
        folder = tarfile.TarInfo("folder.jpg")
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
    return stream.getvalue()


FILES = {**CONTENTS, "shard-0001.tar": shard_bytes()}


class ObjectStore(http.server.BaseHTTPRequestHandler):
    """The two requests of S3 that reading needs, over one bucket."""

    protocol_version = "HTTP/1.1"

    def do_HEAD(self):
        self._answer(body=False)

    def do_GET(self):
        self._answer(body=True)

    def log_message(self, *args):
        """Say nothing."""

    def _answer(self, body):
        content = FILES.get(unquote(self.path).removeprefix("/bucket/"))
        self.send_response(404 if content is None else 206 if "Range" in self.headers else 200)
        content = content or b""
        if "Range" in self.headers:
            first, last = map(int, self.headers["Range"].removeprefix("bytes=").split("-"))
            self.server.ranges.append((first, last))
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(content)}")
            content = content[first : last + 1]
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Last-Modified", "Mon, 23 Nov 2026 00:00:00 GMT")
        self.end_headers()
        if body:
            self.wfile.write(content)


@pytest.fixture
def s3(monkeypatch):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), ObjectStore)
    server.ranges = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_ACCESS_KEY_ID": "a",
        "AWS_SECRET_ACCESS_KEY": "b",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    remote_files._by_arrow.cache_clear()
    yield server
    remote_files._by_arrow.cache_clear()
    server.shutdown()
    server.server_close()


def stored(where, folder):
    """The files in one kind of store; the address of the folder."""
    if where in ("path", "file"):
        for name, content in FILES.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_bytes(content)
        return str(folder) if where == "path" else folder.as_uri()
    if where == "mock":
        remote_files._by_arrow.cache_clear()
        files, _ = remote_files._by_arrow("mock://")
        files.create_dir("folder/d", recursive=True)
        for name, content in FILES.items():
            with files.open_output_stream(f"folder/{name}") as stream:
                stream.write(content)
        return "mock:///folder"
    fsspec = pytest.importorskip("fsspec")
    files = fsspec.filesystem("memory")
    for name, content in FILES.items():
        files.pipe(f"memory://folder/{name}", content)
    return "memory://folder"


def quoted(where, name):
    return name.replace(" ", "%20").replace("#", "%23") if where == "file" else name


@pytest.mark.parametrize("where", ["path", "file", "mock", "memory"])
def test_the_same_bytes_wherever_they_lie(where, tmp_path):
    root = stored(where, tmp_path)
    for name, content in CONTENTS.items():
        address = f"{root}/{quoted(where, name)}"
        assert read_bytes(address) == content
        assert sha256_of(address) == hashlib.sha256(content).hexdigest()
        assert read_bytes(f"{root}/shard-0001.tar::{name}") == content
    members = tar_members(f"{root}/shard-0001.tar")
    assert [member.name for member in members] == ["a b.jpg", "d/c#1.PNG", "empty.jpg"]
    for member in members:
        assert read_bytes(member.address) == CONTENTS[member.name]
        assert member.sha256 == hashlib.sha256(CONTENTS[member.name]).hexdigest()
    with pytest.raises(InputError, match=r"none\.jpg cannot be read .* Restore it, or remove its row"):
        read_bytes(f"{root}/none.jpg")


def test_an_object_store_over_the_network(s3):
    assert read_bytes("s3://bucket/a b.jpg") == CONTENTS["a b.jpg"]
    first, second, empty = tar_members("s3://bucket/shard-0001.tar")
    s3.ranges.clear()
    assert read_bytes(second.address) == b"second"
    assert [last - first + 1 for first, last in s3.ranges] == [len(b"second")]  # not a byte of the rest of the shard
    assert read_bytes(first.address) == CONTENTS["a b.jpg"]
    assert read_bytes(empty.address) == b""
    with pytest.raises(InputError, match=r"s3://bucket/none\.jpg cannot be read"):
        read_bytes("s3://bucket/none.jpg")


def test_other_endings_on_request(tmp_path):
    (tmp_path / "x.tar").write_bytes(FILES["shard-0001.tar"])
    assert [member.name for member in tar_members(str(tmp_path / "x.tar"), suffixes=(".cls",))] == ["a b.cls"]


def test_members_that_are_not_there(tmp_path):
    path = tmp_path / "x.tar"
    path.write_bytes(FILES["shard-0001.tar"])
    with pytest.raises(InputError, match="the shard has no member 'none'"):
        read_bytes(f"{path}::none")
    with pytest.raises(InputError, match="is a folder or a link"):
        read_bytes(f"{path}::folder.jpg")
    with pytest.raises(InputError, match="the shard ends before byte 99999999"):
        read_bytes(f"{path}::a b.jpg#bytes=1-99999999")


def test_what_is_no_plain_tar(tmp_path):
    for name, content in {"text.tar": b"x" * 2000, "packed.tar": shard_bytes(mode="w:gz")}.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match="cannot be read as a tar file"):
            tar_members(str(tmp_path / name))
        with pytest.raises(InputError, match="cannot be read"):
            read_bytes(f"{tmp_path / name}::a b.jpg")
    with pytest.raises(InputError, match=r"must end in \.tar"):
        tar_members("s3://bucket/shard.tar.gz")
    with pytest.raises(InputError, match="cannot be read as a tar file"):
        tar_members(str(tmp_path / "none.tar"))


def test_schemes_that_cannot_be_read():
    with pytest.raises(InputError, match="starts with nowhere://, expected file, s3"):
        read_bytes("nowhere://bucket/a.jpg")
    with pytest.raises((MissingExtra, InputError), match="libarchive"):
        read_bytes("libarchive://a.jpg")


def decode(content, address):
    return np.full((8, 8, 3), content[0], dtype=np.uint8)


@pytest.fixture
def addressed(tmp_path):
    paths = [tmp_path / f"{number}.jpg" for number in range(4)]
    for number, path in enumerate(paths):
        path.write_bytes(bytes([number + 1]))
    return Addressed([str(path) for path in paths], digests([sha256_of(str(path)) for path in paths]), decode)


def test_parts_of_a_list(addressed):
    part = addressed.take(np.array([3, 1]))
    assert len(part) == 2
    assert [int(part.photographs().load(i)[0, 0, 0]) for i in range(2)] == [4, 2]


def test_a_file_that_changed_is_refused(addressed, tmp_path):
    assert addressed.photographs().load(2)[0, 0, 0] == 3  # the before half
    (tmp_path / "2.jpg").write_bytes(b"other")
    with pytest.raises(InputError, match=r"2\.jpg has changed since it was checked"):
        addressed.photographs().load(2)


def test_a_content_that_ends_in_zeros(tmp_path):
    """numpy strips them from a byte string; the comparison must not."""
    number = next(i for i in range(9999) if hashlib.sha256(str(i + 1).encode()).digest()[-1] == 0) + 1
    (tmp_path / "z.jpg").write_bytes(str(number).encode())
    path = str(tmp_path / "z.jpg")
    assert sha256_of(path).endswith("00")
    assert Addressed([path], digests([sha256_of(path)]), decode).photographs().load(0).shape == (8, 8, 3)


def test_lengths(addressed):
    with pytest.raises(InputError, match="addresses has 3 entries, contents has 4"):
        Addressed(addressed.addresses[:3], addressed.contents, decode)
