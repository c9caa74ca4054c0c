"""What the image contains, and that it works bare: read-only but for /tmp, as nobody, with nothing of a system around it."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import ssl
import statistics
import subprocess
from pathlib import Path

import pytest

from archives.mur import Mur
from engine import FAILED, ROOT, Engine
from image_root import GROUP, USER, ImageRoot, isolation
from remote_archive import SOURCE_PREFIX, place
from servers.bucket import Bucket
from servers.dns_server import dns_server
from servers.http_files import http_files
from servers.lambda_runtime import lambda_function, sqs_event
from servers.process import LOOPBACK

MAX_BYTES = 60_000_000
MAX_RESIDENT_BYTES = 40_000_000
START_UPS = 20
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
        # The hosts file stands before DNS.
        asked.clear()
        image.write("/etc/hosts", f"{LOOPBACK} {HOST}\n")
        image("inspect", at_host(files.url(FILE)), "--json")
        assert not asked


def as_program(image: ImageRoot, path: Path, *, bare: bool = False) -> Path:
    """A program that runs the image's own; `bare`: with nothing before it but the change of its root."""
    prefix = image.command() if not bare else ["chroot", f"--userspec={USER}:{GROUP}", str(image.folder), "/usr/bin/vdp"]
    path.write_text(f'#!/bin/sh\nexec {shlex.join(prefix)} "$@"\n')
    path.chmod(0o755)
    return path


@needs_isolation
def test_an_event_through_the_runtime_loop(vdp: Engine, archive_of, bucket: Bucket, tmp_path: Path) -> None:
    """From an empty bucket, by the image's own entry point and commands, with a store in S3 that VDP_STORE names."""
    remote = place(archive_of(Mur(), 4), source=bucket)
    image = ImageRoot.assemble(vdp.binary, remote.archive.dataset, tmp_path / "root")
    program = as_program(image, tmp_path / "vdp")
    variables = remote.environment | {"VDP_DATASET": "/app/dataset/dataset.toml", "VDP_STORE": bucket.url("store/")}
    with lambda_function(program, "initialize", tmp_path / "initialize", variables, as_argument=True) as function:
        assert function.invoke({}).answer["created"] is True
    keys = [remote.archive.product.key(index) for index in range(4)]
    bodies = [json.dumps({"uri": bucket.url(SOURCE_PREFIX + key), "key": key}) for key in keys]
    with lambda_function(program, "process_messages", tmp_path / "messages", variables, as_argument=True) as function:
        assert function.invoke(sqs_event(*bodies)).failures == []
        print(f"resident {function.resident_bytes / 1e6:.1f} MB, peak {function.peak_bytes / 1e6:.1f} MB after a batch of 4")
        assert function.peak_bytes < MAX_RESIDENT_BYTES
    answer = vdp.within(remote.environment).run(remote.archive.dataset, "--store", bucket.url("store/"))
    assert answer.outcomes == {"unchanged": 4}


@needs_isolation
@pytest.mark.skipif(os.geteuid() != 0, reason="changing the root alone needs root")
def test_start_up(image: ImageRoot, tmp_path: Path) -> None:
    program = as_program(image, tmp_path / "vdp", bare=True)
    starts, resident = [], []
    for number in range(START_UPS):
        with lambda_function(program, "process_messages", tmp_path / str(number), {}, as_argument=True) as function:
            assert function.runtime.first_asked.wait(20), function.stderr
            starts.append((function.runtime.first_asked_at - function.started_at) * 1000)
            resident.append(function.resident_bytes / 1e6)
    print(f"start to the first request: median {statistics.median(starts):.1f} ms, from {min(starts):.1f} to {max(starts):.1f}")
    print(f"resident: {max(resident):.1f} MB")
    assert max(resident) * 1e6 < MAX_RESIDENT_BYTES
