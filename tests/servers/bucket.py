"""A bucket of a test server, and how each program is told to reach it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import boto3
import botocore.config
import icechunk


@dataclass(frozen=True)
class Bucket:
    name: str
    endpoint: str
    region: str
    access_key: str
    secret_key: str

    def through(self, endpoint: str) -> Bucket:
        """The same bucket as it is seen by way of a proxy."""
        return replace(self, endpoint=endpoint)

    def url(self, prefix: str = "") -> str:
        return f"s3://{self.name}/{prefix}"

    def credentials(self) -> dict[str, str]:
        """Environment variables with the keys alone."""
        return {"AWS_ACCESS_KEY_ID": self.access_key, "AWS_SECRET_ACCESS_KEY": self.secret_key}

    def place(self) -> dict[str, str]:
        """Environment variables that say where the bucket is, and not who asks."""
        return {"AWS_ENDPOINT_URL_S3": self.endpoint, "AWS_REGION": self.region}

    def environment(self) -> dict[str, str]:
        """What a user of vdp has set."""
        return self.place() | self.credentials()

    @cached_property
    def client(self) -> Any:
        """boto3's, with few retries: a server that fails is to be seen."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            region_name=self.region,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            config=botocore.config.Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 2}),
        )

    def official_storage(self, prefix: str) -> icechunk.Storage:
        return icechunk.s3_storage(
            bucket=self.name,
            prefix=prefix,
            region=self.region,
            endpoint_url=self.endpoint,
            allow_http=True,
            force_path_style=True,
            access_key_id=self.access_key,
            secret_access_key=self.secret_key,
        )

    def official_credentials(self) -> Any:
        """For virtual chunks in this bucket."""
        return icechunk.s3_static_credentials(access_key_id=self.access_key, secret_access_key=self.secret_key)

    def allow_anonymous_reads(self) -> None:
        """Of objects and of listings."""
        statements = [
            {"Effect": "Allow", "Principal": "*", "Action": [action], "Resource": [resource]}
            for action, resource in (
                ("s3:GetObject", f"arn:aws:s3:::{self.name}/*"),
                ("s3:ListBucket", f"arn:aws:s3:::{self.name}"),
            )
        ]
        policy = {"Version": "2012-10-17", "Statement": statements}
        self.client.put_bucket_policy(Bucket=self.name, Policy=json.dumps(policy))

    def upload(self, folder: Path, prefix: str = "") -> None:
        """All files below a folder."""
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            self.put(prefix + path.relative_to(folder).as_posix(), path.read_bytes())

    def put(self, key: str, data: bytes) -> None:
        self.client.put_object(Bucket=self.name, Key=key, Body=data)

    def get(self, key: str) -> bytes:
        return self.client.get_object(Bucket=self.name, Key=key)["Body"].read()

    def listing(self, prefix: str = "") -> dict[str, tuple[str, int, Any]]:
        """ETag, size and time of modification of every object, by key: what a run that writes nothing leaves."""
        return {item["Key"]: (item["ETag"], item["Size"], item["LastModified"]) for item in self._objects(prefix)}

    def _objects(self, prefix: str) -> Iterator[dict[str, Any]]:
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix):
            yield from page.get("Contents", [])
