"""Secrets, planted wherever a user or a server may put one, are in no output, no store and no queue.

A scene is a way to hold the program: variables, files of the home folder, a dataset file, messages, a server's answers.
In its texts `<<name>>` stands for a secret of that name. All verbs are called in it, in their most talkative form.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import socket
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from archives.archive import Archive
from archives.mur import Mur
from engine import Answer, Engine
from servers.bucket import Bucket
from servers.scripted import Asked, Reply, scripted_server

PLANT = re.compile(r"<<([\w ]+)>>")


def secret(name: str) -> str:
    """Like a key: forty letters and digits, the same ones for a name."""
    return "q" + hashlib.sha256(name.encode()).hexdigest()[:38] + "Z"


def planted(text: str) -> str:
    return PLANT.sub(lambda match: secret(match[1]), text)


@dataclass(frozen=True)
class Scene:
    environment: dict[str, str] = field(default_factory=dict)
    home: dict[str, str] = field(default_factory=dict)
    beside: dict[str, str] = field(default_factory=dict)  # the dataset file
    source: str = ""  # lines of the dataset file in place of `prefix`
    store: str = ""
    messages: tuple[str, ...] = ()
    commands: tuple[tuple[str, ...], ...] = ()  # beside those on the dataset
    served: tuple[str, ...] = ()  # what only the server tells: see secret_of_aws()

    def texts(self) -> Iterator[str]:
        yield from (*self.environment.values(), *self.home.values(), *self.beside.values())
        yield from (self.source, self.store, *self.messages, *self.served)
        for command in self.commands:
            yield from command

    def names(self) -> set[str]:
        """Of the secrets in it."""
        return {match[1] for text in self.texts() for match in PLANT.finditer(text)}


ON_S3 = 'prefix = "s3://bucket/archive/"\nendpoint_url = "{endpoint}"\nregion = "us-east-1"'
S3_STORE = 'url = "s3://bucket/store/"\nendpoint_url = "{endpoint}"\nregion = "us-east-1"'
# Metadata services answer nowhere but where a scene says.
ALONE = {"AWS_EC2_METADATA_DISABLED": "true"}
PROFILE = "[{name}]\naws_access_key_id = <<{kind} id>>\naws_secret_access_key = <<{kind} key>>\n"
S3_COMMANDS = (
    ("inspect", "s3://bucket/file.nc", "--endpoint-url", "{endpoint}", "-v"),
    ("repo", "log", "s3://bucket/store/", "--endpoint-url", "{endpoint}"),
    ("repo", "cat", "s3://bucket/store/", "/", "--endpoint-url", "{endpoint}", "--json"),
)
PRESIGNED = "X-Amz-Credential=<<presigned id>>&X-Amz-Security-Token=<<presigned token>>&X-Amz-Signature=<<signature>>"

SCENES = {
    "keys in the environment": Scene(
        environment=ALONE
        | {
            "AWS_ACCESS_KEY_ID": "<<environment id>>",
            "AWS_SECRET_ACCESS_KEY": "<<environment key>>",
            "AWS_SESSION_TOKEN": "<<environment token>>",
        },
        source=ON_S3,
        commands=S3_COMMANDS,
    ),
    "a store's keys": Scene(
        environment=ALONE
        | {"AWS_ACCESS_KEY_ID": "<<environment id>>", "AWS_SECRET_ACCESS_KEY": "<<environment key>>"},
        store=S3_STORE,
    ),
    "half of the keys": Scene(
        environment=ALONE | {"AWS_SECRET_ACCESS_KEY": "<<half key>>"}, source=ON_S3, commands=S3_COMMANDS
    ),
    "keys that no request can carry": Scene(
        environment=ALONE
        | {"AWS_ACCESS_KEY_ID": "<<blank id>> x", "AWS_SECRET_ACCESS_KEY": "<<blank key>>\n<<second line>>"},
        source=ON_S3,
    ),
    "keys in shared files": Scene(
        environment=ALONE,
        home={
            ".aws/credentials": PROFILE.format(name="default", kind="file") + "aws_session_token = <<file token>>\n"
        },
        source=ON_S3,
        commands=S3_COMMANDS,
    ),
    "keys in the config file": Scene(
        environment=ALONE | {"AWS_PROFILE": "mine"},
        home={".aws/config": PROFILE.format(name="profile mine", kind="config")},
        source=ON_S3,
    ),
    "a broken shared file": Scene(
        environment=ALONE, home={".aws/credentials": "[default]\n<<stray line>>\n"}, source=ON_S3, commands=S3_COMMANDS
    ),
    "a secret where a profile is named": Scene(
        environment=ALONE | {"AWS_PROFILE": "<<profile>>", "AWS_CONFIG_FILE": "/<<config path>>"}, source=ON_S3
    ),
    "a container's token": Scene(
        environment=ALONE
        | {
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "{endpoint}/<<container path>>?id=<<container query>>",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "<<container token>>",
        },
        source=ON_S3,
        commands=S3_COMMANDS,
    ),
    "a container's endpoint with user-info": Scene(
        environment=ALONE | {"AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://user:<<container user>>@localhost/"},
        source=ON_S3,
    ),
    "an instance's service": Scene(
        environment={"AWS_EC2_METADATA_SERVICE_ENDPOINT": "{endpoint}"}, source=ON_S3, commands=S3_COMMANDS
    ),
    "an instance's service with user-info": Scene(
        environment={"AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://user:<<instance user>>@localhost/"}, source=ON_S3
    ),
    "a web identity": Scene(
        environment=ALONE
        | {
            "AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/jwt",
            "AWS_ROLE_ARN": "arn:aws:iam::1:role/<<role>>",
            "AWS_ENDPOINT_URL_STS": "{endpoint}",
        },
        home={"jwt": "<<web identity>>\n"},
        source=ON_S3,
    ),
    "an endpoint of STS with user-info": Scene(
        environment=ALONE
        | {
            "AWS_WEB_IDENTITY_TOKEN_FILE": "{home}/jwt",
            "AWS_ROLE_ARN": "arn:aws:iam::1:role/r",
            "AWS_ENDPOINT_URL_STS": "https://<<sts user>>@sts.example/",
        },
        home={"jwt": "<<web identity>>\n"},
        source=ON_S3,
    ),
    "endpoints in the environment": Scene(
        environment=ALONE | {"AWS_ENDPOINT_URL_S3": "http://<<endpoint user>>:<<endpoint password>>@localhost:9/"},
        source='prefix = "s3://bucket/archive/"',
        commands=(("inspect", "s3://bucket/x"),),
    ),
    "a query in an endpoint": Scene(
        environment=ALONE | {"AWS_ENDPOINT_URL": "http://localhost:9/?token=<<endpoint query>>"},
        source='prefix = "s3://bucket/archive/"',
    ),
    "a token of Earthdata": Scene(
        environment={"EARTHDATA_TOKEN": "<<earthdata token>>"},
        source=ON_S3 + '\naccess = "earthdata"\ncredentials_url = "{endpoint}/s3credentials"',
    ),
    "a login of Earthdata": Scene(
        home={".netrc": "machine urs.earthdata.nasa.gov login <<netrc login>> password <<netrc password>>\n"},
        source=ON_S3 + '\naccess = "earthdata"\ncredentials_url = "{endpoint}/s3credentials"',
    ),
    "a login of Earthdata in a secret of AWS": Scene(
        environment=ALONE
        | {
            "EARTHDATA_SECRET_ARN": "arn:aws:secretsmanager:us-east-1:1:secret:name",
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": "{endpoint}",
            "AWS_ACCESS_KEY_ID": "<<reader id>>",
            "AWS_SECRET_ACCESS_KEY": "<<reader key>>",
            "AWS_SESSION_TOKEN": "<<reader token>>",
        },
        source=ON_S3 + '\naccess = "earthdata"\ncredentials_url = "{endpoint}/s3credentials"',
        served=("<<secret password>>", "<<secret token>>"),
    ),
    "a token of Earthdata in a secret of AWS": Scene(
        environment=ALONE
        | {
            "EARTHDATA_SECRET_ARN": "arn:aws:secretsmanager:us-east-1:1:secret:name",
            "AWS_ENDPOINT_URL_SECRETS_MANAGER": "{endpoint}",
            "AWS_ACCESS_KEY_ID": "<<reader id>>",
            "AWS_SECRET_ACCESS_KEY": "<<reader key>>",
        },
        source='prefix = "{endpoint}/files/"\naccess = "earthdata"',
        served=("<<secret password>>", "<<secret token>>"),
    ),
    "a secret where the name of one belongs": Scene(
        environment={"EARTHDATA_SECRET_ARN": "<<secret instead of a name>>"},
        source='prefix = "{endpoint}/files/"\naccess = "earthdata"',
    ),
    "a queue of SQS": Scene(
        environment=ALONE
        | {
            "VDP_QUEUE": "{endpoint}/123456789012/queue",
            "AWS_ACCESS_KEY_ID": "<<queue id>>",
            "AWS_SECRET_ACCESS_KEY": "<<queue key>>",
            "AWS_SESSION_TOKEN": "<<queue token>>",
        },
        commands=(("dlq", "list", "{dataset}", "-v"), ("dlq", "redrive", "{dataset}", "--json")),
    ),
    "a queue of SQS with user-info": Scene(
        environment={"VDP_QUEUE": "https://<<queue user>>:<<queue password>>@sqs.us-east-1.amazonaws.com/1/queue"},
    ),
    "a queue of SQS with a query": Scene(
        environment={"VDP_QUEUE": "https://sqs.us-east-1.amazonaws.com/1/queue?sig=<<queue query>>"},
    ),
    "a broken netrc file": Scene(
        home={".netrc": "machine x login y <<netrc stray>>\n"},
        source=ON_S3 + '\naccess = "earthdata"\ncredentials_url = "{endpoint}/s3credentials"',
    ),
    "a bearer token": Scene(
        environment={"VDP_BEARER_TOKEN": "<<bearer token>>"},
        source='prefix = "{endpoint}/files/"\naccess = "bearer"',
    ),
    "a login of a web server": Scene(
        home={".netrc": "machine 127.0.0.1 login <<netrc login>> password <<netrc password>>\n"},
        source='prefix = "{endpoint}/files/"\naccess = "http-basic"',
    ),
    "user-info in the dataset file": Scene(source='prefix = "https://<<prefix user>>:<<prefix password>>@host/x/"'),
    "a token as user in the dataset file": Scene(source='prefix = "https://<<prefix token>>@host/x/"'),
    "a query in the dataset file": Scene(source='prefix = "https://host/x/?sig=<<prefix query>>"'),
    "a fragment in the dataset file": Scene(source='prefix = "https://host/x/#<<prefix fragment>>"'),
    "user-info before a bucket": Scene(source='prefix = "s3://<<bucket id>>:<<bucket key>>@bucket/x/"'),
    "a store with user-info": Scene(store='url = "s3://<<store id>>:<<store key>>@bucket/x/"'),
    "a presigned store": Scene(store=f'url = "https://bucket.s3.amazonaws.com/x?{PRESIGNED}"'),
    "an endpoint with user-info in the dataset file": Scene(
        store='url = "s3://bucket/x/"\nendpoint_url = "http://u:<<setting password>>@host"'
    ),
    "a credentials_url with a query": Scene(
        source='prefix = "s3://b/"\naccess = "earthdata"\ncredentials_url = "https://h/?token=<<setting query>>"'
    ),
    "a word that there is not": Scene(store='url = "here"\nsecret_access_key = "<<unknown word>>"'),
    "a text without its end": Scene(source='prefix = "https://u:<<unclosed text>>@host/'),
    "a variable that holds user-info": Scene(
        environment={"ARCHIVE": "https://u:<<variable>>@host/x/"}, source='prefix = "$ARCHIVE"'
    ),
    "a file of variables": Scene(
        beside={".env": "ARCHIVE=https://u:<<env file>>@host/x/\n"}, source='prefix = "${{ARCHIVE}}"'
    ),
    "a broken file of variables": Scene(beside={".env": "<<env stray>>\n"}),
    "messages": Scene(
        messages=(
            '{{"uri": "https://u:<<message user>>@host/x.nc", "key": "x.nc"}}',
            f'{{{{"uri": "https://host/x.nc?{PRESIGNED}", "key": "x.nc"}}}}',
            f'{{{{"uri": "file:///x.nc", "key": "x.nc?{PRESIGNED}"}}}}',
            '{{"uri": "file:///x.nc", "key": "x.nc", "last_modified": "<<message time>>"}}',
            '{{"uri": "file:///x.nc", "key": "x.nc", "size": "<<message size>>"}}',
            "<<message body>>",
        ),
        commands=(("dlq", "list", "{dataset}"), ("dlq", "list", "{dataset}", "--json")),
    ),
    "presigned names": Scene(
        commands=(
            ("inspect", f"https://bucket.s3.amazonaws.com/x.nc?{PRESIGNED}"),
            ("inspect", f"https://bucket.s3.amazonaws.com/x.nc?{PRESIGNED}", "--json"),
            ("inspect", f"s3://bucket/x.nc?{PRESIGNED}"),
            ("enqueue", "{dataset}", f"https://bucket.s3.amazonaws.com/x.nc?{PRESIGNED}"),
            ("enqueue", "{dataset}", f"x.nc?{PRESIGNED}", "--json"),
            ("enqueue", "{dataset}", "--inventory", "{home}/inventory"),
            ("repo", "log", f"https://host/store?{PRESIGNED}"),
            ("repo", "refs", f"s3://bucket/store?{PRESIGNED}", "--json"),
            ("repo", "cat", "{store}", "/lat", "--bytes", "--authorize", f"https://host/x?{PRESIGNED}"),
        ),
        home={"inventory": f"https://host/x.nc?{PRESIGNED}\nhttps://u:<<inventory user>>@host/x.nc\n"},
    ),
    "user-info in names": Scene(
        commands=(
            ("inspect", "https://<<argument user>>:<<argument password>>@host/x.nc"),
            ("inspect", "https://<<argument token>>@host/x.nc", "--json"),
            ("inspect", "s3://<<argument id>>:<<argument key>>@bucket/x.nc"),
            ("inspect", "ftp://u:<<argument password>>@host/x.nc"),
            ("inspect", "s3://bucket/x", "--endpoint-url", "http://u:<<argument endpoint>>@host"),
            ("enqueue", "{dataset}", "https://u:<<argument password>>@host/x.nc"),
            ("repo", "log", "https://<<argument token>>@host/store"),
            ("repo", "log", "gopher://<<argument token>>@host/store"),
            ("repo", "cat", "{store}", "/lat", "--bytes", "--authorize", "s3://<<argument token>>@bucket/"),
        )
    ),
}

ON_THE_DATASET = (
    ("check", "{dataset}"),
    ("run", "{dataset}", "-v"),
    ("run", "{dataset}", "-v", "--json"),
    ("run", "{dataset}", "--dry-run"),
    ("enqueue", "{dataset}", "--discover", "-v"),
    ("forward", "{dataset}", "--once", "-v"),
    ("forward", "{dataset}", "--once", "-v", "--json"),
    ("status", "{dataset}", "-v"),
    ("gaps", "{dataset}"),
    ("verify", "{dataset}", "-v", "--json"),
    ("repo", "log", "{store}", "-v"),
)


def echo(asked: Asked) -> str:
    """All that the server was sent, as S3 repeats it where a signature is wrong."""
    return f"<StringToSign>{asked.text}</StringToSign><AWSAccessKeyId>{asked.headers.get('authorization')}</AWSAccessKeyId>"


def refusal(status: int, code: str) -> Reply:
    return Reply(status, f"<Error><Code>{code}</Code><Message>{code}</Message></Error>".encode())


def wrong_key(asked: Asked) -> Reply:
    message = f"<Message>wrong: {asked.text}</Message>{echo(asked)}"
    return Reply(403, f"<Error><Code>SignatureDoesNotMatch</Code>{message}</Error>".encode())


def nothing_there(asked: Asked) -> Reply:
    return Reply(404, f"<Error><Code>NoSuchBucket</Code><Message>{asked.text}</Message></Error>".encode())


def broken(asked: Asked) -> Reply:
    """Success, and a body that is cut short."""
    return Reply(200, f'{{"accessKeyId": "{asked.text}", <Contents><Key>{echo(asked)}'.encode())


def redirect(asked: Asked) -> Reply:
    sent = base64.urlsafe_b64encode(asked.text.encode()).decode()
    return Reply(302, asked.text.encode(), {"Location": f"https://u:{sent}@elsewhere.example/?X-Amz-Signature={sent}"})


def secret_of_aws(reply: Callable[[Asked], Reply], text: str) -> Callable[[Asked], Reply]:
    """Gives the secret to who asks Secrets Manager, and answers others like `reply`, which repeats what it was sent."""

    def answer(asked: Asked) -> Reply:
        if "secretsmanager" not in asked.headers.get("x-amz-target", ""):
            return reply(asked)
        return Reply(200, json.dumps({"Name": "name", "SecretString": planted(text)}).encode())

    return answer


def json_refusal(asked: Asked) -> Reply:
    """As AWS's JSON protocols fail."""
    told = {"__type": f"com.amazonaws.sqs#SignatureDoesNotMatch:{asked.text}", "message": f"wrong: {asked.text}"}
    return Reply(403, json.dumps(told).encode())


LOGIN_SECRET = '{"username": "me", "password": "<<secret password>>"}'
TOKEN_SECRET = '{"token": "<<secret token>>"}'
CUT_SECRET = '{"password": "<<secret password>>", "token": "<<secret token>>'

ANSWERS = {
    "wrong key": wrong_key,
    "404": nothing_there,
    "broken": broken,
    "redirect": redirect,
    "json refusal": json_refusal,
    "a login": secret_of_aws(wrong_key, LOGIN_SECRET),
    "a token": secret_of_aws(wrong_key, TOKEN_SECRET),
    "half a secret": secret_of_aws(broken, CUT_SECRET),
}
# Those of them that a scene needs which knows neither SQS nor Secrets Manager.
ANSWERS_OF_S3 = ("wrong key", "404", "broken", "redirect")


@dataclass
class Stage:
    """A scene, set up in a folder."""

    scene: Scene
    archive: Archive
    home: Path
    endpoint: str

    def text(self, template: str) -> str:
        names = {"endpoint": self.endpoint, "home": self.home, "dataset": self.archive.dataset}
        return planted(template.format(store=self.archive.store, **names))

    def set_up(self) -> None:
        for name, content in self.scene.home.items():
            path = self.home / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(planted(content))
        for name, content in self.scene.beside.items():
            (self.archive.root / name).write_text(planted(content))
        if self.scene.source:
            self.archive.redescribe('prefix = "data/"', self.text(self.scene.source))
        if self.scene.store:
            with self.archive.dataset.open("a") as file:
                file.write(f"[store]\n{self.text(self.scene.store)}\n")

    def send(self, vdp: Engine) -> None:
        """Puts the scene's messages into the queue, as whoever may send there."""
        if not self.scene.messages:
            return
        vdp("enqueue", self.archive.dataset, self.archive.product.key(0))
        [queue] = (self.archive.root / ".vdp").glob("*.sqlite")
        with sqlite3.connect(queue) as database:
            for number, message in enumerate(self.scene.messages, start=1000):
                row = (number, number, self.text(message), 0)
                database.execute("INSERT INTO message (number, id, body, sent_us) VALUES (?, ?, ?, ?)", row)
        database.close()

    def play(self, vdp: Engine, commands: tuple[tuple[str, ...], ...]) -> list[Answer]:
        variables = {name: self.text(value) for name, value in self.scene.environment.items()} | {"HOME": str(self.home)}
        return [vdp(*map(self.text, command), environment=variables, expect=None) for command in commands]

    def written(self) -> Iterator[tuple[Path, bytes]]:
        """Files that the program made: the store, the queue. Not the messages, where the scene has sent them."""
        for place in (self.archive.store, self.archive.root / ".vdp"):
            if place.name == ".vdp" and self.scene.messages:
                continue
            for path in place.rglob("*"):
                if path.is_file():
                    yield path, path.read_bytes()


def forms(value: str) -> list[bytes]:
    """A secret as it is, and as it is encoded for Basic: after any user, its letters fall into one of three places."""
    plain = value.encode()
    encoded = [base64.b64encode(b"x" * shift + plain)[4:-4] for shift in range(3)]
    return [plain, *encoded]


def assert_tells_nothing(stage: Stage, answers: list[Answer]) -> None:
    for name in stage.scene.names():
        for form in forms(secret(name)):
            for answer in answers:
                said = (answer.stdout + answer.stderr).encode()
                assert form not in said, f"<<{name}>> in:\n{answer}"
            for path, content in stage.written():
                assert form not in content, f"<<{name}>> in {path}"


def test_there_are_enough() -> None:
    assert len(set().union(*(scene.names() for scene in SCENES.values()))) >= 40


def cases() -> Iterator[tuple[str, str]]:
    """A scene in which no server takes part is played once."""
    for name, scene in SCENES.items():
        asks = any("{endpoint}" in text for text in scene.texts())
        answers = ANSWERS if scene.served or "SQS" in name else ANSWERS_OF_S3
        yield from ((name, answer) for answer in (answers if asks else ["wrong key"]))


@pytest.mark.parametrize(("scene", "answer"), cases())
def test_scene(vdp: Engine, archive_of, tmp_path: Path, scene: str, answer: str) -> None:
    with scripted_server(ANSWERS[answer]) as server:
        stage = Stage(SCENES[scene], archive_of(Mur(), 2, kind="regular"), tmp_path / "home", server.endpoint)
        stage.set_up()
        stage.send(vdp)
        answers = stage.play(vdp, ON_THE_DATASET + SCENES[scene].commands)
        assert_tells_nothing(stage, answers)
        assert all(each.exit_code in (0, 1, 2, 3) for each in answers)


@pytest.mark.parametrize("scene", ["keys in the environment", "a token of Earthdata", "a bearer token"])
def test_refused_connection(vdp: Engine, archive_of, tmp_path: Path, scene: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    stage = Stage(SCENES[scene], archive_of(Mur(), 1), tmp_path / "home", f"http://127.0.0.1:{port}")
    stage.set_up()
    assert_tells_nothing(stage, stage.play(vdp, (("run", "{dataset}", "-v"),)))


@pytest.mark.parametrize(
    "scene",
    [
        "user-info in the dataset file",
        "a token as user in the dataset file",
        "a query in the dataset file",
        "a fragment in the dataset file",
        "user-info before a bucket",
        "a store with user-info",
        "a presigned store",
        "an endpoint with user-info in the dataset file",
        "a credentials_url with a query",
        "a variable that holds user-info",
        "a file of variables",
    ],
)
def test_a_dataset_file_with_a_secret_in_a_url_is_refused(vdp: Engine, archive_of, tmp_path: Path, scene: str) -> None:
    stage = Stage(SCENES[scene], archive_of(Mur(), 1), tmp_path / "home", "http://127.0.0.1:9")
    stage.set_up()
    for answer in stage.play(vdp, ON_THE_DATASET[:-1]):
        assert answer.exit_code == 2, answer
        assert re.search(r"(store|source)\.\w+: ", answer.stderr), answer


def test_a_store_that_was_written_with_keys_does_not_hold_them(vdp: Engine, archive_of, bucket: Bucket) -> None:
    """Nor does the queue, nor what is said of it, nor another bucket's store."""
    archive = archive_of(Mur(), 3)
    bucket.upload(archive.data, "archive/")
    archive.redescribe('prefix = "data/"', f'prefix = "{bucket.url("archive/")}"')
    elsewhere = archive.root / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "dataset.toml").write_text(archive.dataset.read_text() + f'[store]\nurl = "{bucket.url("store/")}"\n')
    user = vdp.within(bucket.environment())
    answers = [user("run", place, "-v") for place in (archive.dataset, elsewhere / "dataset.toml")]
    answers += [user(verb, archive.dataset, "-v", "--json") for verb in ("status", "verify", "gaps")]
    for path in archive.root.rglob("*"):
        if path.is_file():
            assert_has_no_keys(bucket, path.read_bytes())
    for key in bucket.listing("store/"):
        assert_has_no_keys(bucket, bucket.get(key))
    for answer in answers:
        assert_has_no_keys(bucket, (answer.stdout + answer.stderr).encode())


def assert_has_no_keys(bucket: Bucket, content: bytes) -> None:
    assert bucket.secret_key.encode() not in content
    assert bucket.access_key.encode() not in content


def test_messages_are_told_apart_without_their_text(vdp: Engine, archive_of, tmp_path: Path) -> None:
    stage = Stage(SCENES["messages"], archive_of(Mur(), 1), tmp_path / "home", "")
    stage.set_up()
    vdp.run(stage.archive.dataset)
    stage.send(vdp)
    vdp("forward", stage.archive.dataset, "--drain", expect=1)
    letters = json.loads(vdp("dlq", "list", stage.archive.dataset, "--json", expect=1).stdout)["letters"]
    assert len(letters) == len(stage.scene.messages)
    assert all(letter["reason"] for letter in letters)
    assert_tells_nothing(stage, [vdp("dlq", "list", stage.archive.dataset, expect=1)])
