"""What the image contains, and that it works bare: read-only but for /tmp, as nobody, with nothing of a system around it."""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from engine import FAILED, ROOT, Engine
from image_root import ImageRoot, isolation
from servers.dns_server import dns_server
from servers.http_files import http_files
from servers.process import LOOPBACK

MAX_BYTES = 60_000_000
HOST = "archive.test"
NAME_SERVER = "127.77.0.1"
FILE = "ta_Amon_MIROC6_historical_r1i1p1f1_gn_195001-195912.nc"

needs_isolation = pytest.mark.skipif(isolation() is None, reason="needs root, or user namespaces with mounts")


@pytest.fixture(scope="module")
def assembled(vdp: Engine, sample: Path, tmp_path_factory: pytest.TempPathFactory) -> ImageRoot:
    """With the sample's dataset file. Tests change copies."""
    return ImageRoot.assemble(vdp.binary, sample / "dataset.toml", tmp_path_factory.mktemp("image") / "root")


@pytest.fixture
def image(assembled: ImageRoot, tmp_path: Path) -> ImageRoot:
    return ImageRoot(Path(shutil.copytree(assembled.folder, tmp_path / "root", symlinks=True)))


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """For HOST, its own authority, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    made, key = folder / "certificate.pem", folder / "key.pem"
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    about = ["-subj", f"/CN={HOST}", "-addext", f"subjectAltName=DNS:{HOST}"]
    command = ["openssl", "req", "-x509", *kind, *about, "-keyout", key, "-out", made]
    subprocess.run(command, check=True, capture_output=True)
    return made, key


def at_host(url: str) -> str:
    return url.replace(LOOPBACK, HOST)


def test_size(assembled: ImageRoot) -> None:
    files = assembled.files()
    libraries = {path: size for path, size in files.items() if path.startswith(("/lib", "/usr/lib"))}
    for path, size in sorted(libraries.items(), key=lambda item: -item[1]):
        print(f"{size:>10} {path}")
    total = sum(files.values())
    print(f"{total:>10} bytes: program {files['/usr/bin/vdp']}, {len(libraries)} libraries {sum(libraries.values())}")
    assert total < MAX_BYTES


def test_contents(assembled: ImageRoot) -> None:
    files = assembled.files()
    assert {"/app/dataset/dataset.toml", "/etc/ssl/certs/ca-certificates.crt", "/etc/passwd"} <= set(files)
    # Everything that the libraries' licences ask for, ours included.
    assert {"/usr/share/doc/vdp/copyright", "/usr/share/common-licenses/LGPL-2.1"} <= set(files)
    assert sum(path.startswith("/usr/share/doc/lib") for path in files) > 20
    assert (assembled.folder / "tmp").stat().st_mode & 0o7777 == 0o1777
    # No shell, no other program.
    programs = [path for path in files if (assembled.folder / path[1:]).stat().st_mode & 0o111 and ".so" not in path]
    assert programs == ["/usr/bin/vdp"]


def test_what_lies_beside_the_dataset_file(vdp: Engine, sample: Path, tmp_path: Path) -> None:
    """Files, but no secrets, no archive and no store; and the dataset file has the one name."""
    folder = tmp_path / "rain"
    (folder / "store").mkdir(parents=True)
    (folder / "store" / "repo").write_text("not for the image")
    (folder / ".env").write_text("PASSWORD=secret\n")
    (folder / "LICENSE.txt").write_text("open\n")
    shutil.copy2(sample / "dataset.toml", folder / "rain.toml")
    image = ImageRoot.assemble(vdp.binary, folder / "rain.toml", tmp_path / "root")
    assert sorted(os.listdir(image.folder / "app" / "dataset")) == ["LICENSE.txt", "dataset.toml"]


@pytest.mark.parametrize(
    "broken, named",
    [
        ({"dataset": Path("nowhere.toml")}, "nowhere.toml"),
        ({"binary": Path("/nowhere/vdp")}, "/nowhere/vdp"),
        ({"VDP_PROCESSOR": "no-such"}, 'no processor "no-such"'),
    ],
)
def test_refusals(vdp: Engine, sample: Path, tmp_path: Path, broken: dict, named: str) -> None:
    with pytest.raises(AssertionError, match=named):
        ImageRoot.assemble(
            **({"binary": vdp.binary, "dataset": sample / "dataset.toml", "folder": tmp_path / "root"} | broken)
        )


@needs_isolation
def test_it_is_as_a_container_is(image: ImageRoot) -> None:
    """The test's own premise: a store can be made in /tmp, and nowhere else."""
    answer = image("repo", "log", "/etc/store", expect=None)
    assert answer.exit_code != 0
    dataset = '[source]\nprefix = "/app/dataset"\npattern = "*.nc"\n[axis.time]\nkind = "grow"\nfrom = "value"\n'
    shutil.copy2(ROOT / "samples" / "miroc6-ta" / "data" / FILE, image.folder / "app" / "dataset")
    for store, expected in (("/app/store", FAILED), ("/tmp/store", 0)):
        image.write("/app/dataset/dataset.toml", f'[store]\nurl = "{store}"\n{dataset}')
        answer = image("run", "/app/dataset/dataset.toml", "--queue", "/tmp/q.sqlite", "--json", expect=expected)
    assert answer.outcomes == {"written": 1}


@needs_isolation
def test_self_test_and_version(image: ImageRoot, vdp: Engine) -> None:
    assert "passed" in image("self-test").stdout
    assert image("--version").stdout == vdp("--version").stdout


@needs_isolation
def test_the_dataset_file_is_found_and_checked(vdp: Engine, sample: Path, tmp_path: Path) -> None:
    with http_files(sample) as files:
        text = (sample / "dataset.toml").read_text()
        assert 'prefix = "data/"' in text
        (tmp_path / "dataset.toml").write_text(text.replace("data/", at_host(files.url("data/"))))
        image = ImageRoot.assemble(vdp.binary, tmp_path / "dataset.toml", tmp_path / "root")
        image.write("/etc/hosts", f"{LOOPBACK} {HOST}\n")
        answer = image("check", "/app/dataset/dataset.toml", "--json")
    assert answer.document["axis"] == "time"


@needs_isolation
def test_tls_by_the_bundle_alone(image: ImageRoot, sample: Path, certificate: tuple[Path, Path]) -> None:
    image.write("/etc/hosts", f"{LOOPBACK} {HOST}\n")
    bundle = image.folder / "etc" / "ssl" / "certs" / "ca-certificates.crt"
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with http_files(sample / "data", context) as files:
        url = at_host(files.url(FILE))
        refused = image("inspect", url, "--json", expect=FAILED)
        assert "certificate" in refused.stdout
        assert not files.requests
        bundle.write_text(bundle.read_text() + certificate[0].read_text())
        assert "/ta" in image("inspect", url, "--json").document["arrays"]
        # The name counts, and not only the authority.
        assert "certificate" in image("inspect", files.url(FILE), "--json", expect=FAILED).stdout


@needs_isolation
@pytest.mark.skipif(os.geteuid() != 0, reason="port 53 needs root")
def test_names_are_resolved_by_dns(image: ImageRoot, sample: Path) -> None:
    image.write("/etc/resolv.conf", f"nameserver {NAME_SERVER}\noptions timeout:2 attempts:1\n")
    with http_files(sample / "data") as files, dns_server(NAME_SERVER, HOST, LOOPBACK) as asked:
        assert image("inspect", at_host(files.url(FILE)), "--json").document["arrays"]
        assert HOST in asked
        image("inspect", files.url(FILE).replace(LOOPBACK, "elsewhere.test"), expect=FAILED)
        # The hosts file stands before DNS.
        asked.clear()
        image.write("/etc/hosts", f"{LOOPBACK} {HOST}\n")
        image("inspect", at_host(files.url(FILE)), "--json")
        assert not asked
