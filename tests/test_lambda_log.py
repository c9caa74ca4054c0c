"""The logs and metrics of `vdp lambda`, and the JSON logs of all verbs."""

from __future__ import annotations

import json
import time

from jsonschema import Draft202012Validator

from archives.archive import Archive
from engine import FAILED, ROOT, Engine
from functions import Start, archive, event, message, start  # noqa: F401 (fixtures)
from servers.lambda_runtime import sqs_event

EMF_SCHEMA = json.loads((ROOT / "tests" / "emf_schema.json").read_text())


def test_the_log_is_lines_of_json(archive: Archive, start: Start) -> None:
    with start("process_messages", archive) as function:
        function.invoke(sqs_event(message(archive, 0), "{"))
        function.invoke({"no": "records"})
        poison, granule, batch, failed = sorted(function.log, key=lambda line: line["timestamp"])
    assert granule | {"level": "INFO", "outcome": "written"} == granule
    assert granule["granule"] == archive.path(0).as_uri()
    assert granule["refs"] > 0
    assert poison["level"] == "WARNING" and poison["outcome"] == "rejected" and poison["reason"]
    assert batch | {"written": 1, "rejected": 1, "records": 2, "batch_item_failures": 1, "commits": 1} == batch
    assert batch["duration_ms"] > 0 and batch["cold_start"] is True
    assert failed["level"] == "ERROR" and failed["error_type"] == "Function.Invalid" and failed["cold_start"] is False
    assert all(line["timestamp"].endswith("Z") for line in function.log)


def test_levels_of_the_log(archive: Archive, start: Start) -> None:
    with start("process_messages", archive, VDP_LOG_LEVEL="error") as function:
        function.invoke(sqs_event(message(archive, 0), "{"))
        assert function.log == []


def test_secrets_are_masked(archive: Archive, start: Start) -> None:
    secret = "sesame-0123456789"
    bodies = [
        json.dumps({"uri": f"https://user:{secret}@host/x", "key": "x"}),
        json.dumps({"uri": f"https://host/x?X-Amz-Signature={secret}", "key": "x"}),
        json.dumps({"uri": f"s3://{secret}@b/x", "key": "x"}),
        secret,
    ]
    with start("process_messages", archive, VDP_METRICS_NAMESPACE="vdp") as function:
        answer = function.invoke(sqs_event(*bodies)).answer
        failed = function.invoke({"Records": [], "token": secret} | {"RequestType": secret})
        texts = [function.stderr, function.stdout, json.dumps(answer), json.dumps(failed.answer)]
    assert all(secret not in text for text in texts)


def test_metrics_are_of_the_embedded_format(archive: Archive, start: Start) -> None:
    with start("process_messages", archive, VDP_METRICS_NAMESPACE="vdp/rain") as function:
        function.invoke(sqs_event(message(archive, 0), message(archive, 1), "{"))
        function.invoke(event(archive, 0))
        first, second = function.metrics
    validator = Draft202012Validator(EMF_SCHEMA)
    for document in (first, second):
        assert [error.message for error in validator.iter_errors(document)] == []
        directive = document["_aws"]["CloudWatchMetrics"][0]
        assert directive["Namespace"] == "vdp/rain"
        assert directive["Dimensions"] == [["dataset"]]
        assert document["dataset"] == "mur-like"
        # What is declared has a value, and what is a dimension is a text.
        assert all(isinstance(document[metric["Name"]], int | float) for metric in directive["Metrics"])
        assert abs(document["_aws"]["Timestamp"] / 1000 - time.time()) < 600
    units = {metric["Name"]: metric["Unit"] for metric in first["_aws"]["CloudWatchMetrics"][0]["Metrics"]}
    assert units.pop("Duration") == "Milliseconds"
    assert set(units.values()) == {"Count"}
    expected = {"Written": 2, "Rejected": 1, "Commits": 1, "Retries": 0, "Records": 3, "Failures": 1, "Unchanged": 0}
    assert first | expected == first
    assert first["Refs"] > 0 and first["Duration"] > 0
    assert second | {"Written": 0, "Unchanged": 1, "Commits": 0} == second


def test_the_schema_of_metrics_can_fail(archive: Archive) -> None:
    validator = Draft202012Validator(EMF_SCHEMA)
    directive = {"Namespace": "n", "Dimensions": [["d"]], "Metrics": [{"Name": "m", "Unit": "Furlongs"}]}
    assert not validator.is_valid({"_aws": {"Timestamp": 1, "CloudWatchMetrics": [directive]}})
    assert not validator.is_valid({"_aws": {"Timestamp": "now", "CloudWatchMetrics": []}})


def test_no_metrics_unless_asked_for(archive: Archive, start: Start) -> None:
    with start("process_messages", archive) as function:
        function.invoke(event(archive, 0))
        assert function.stdout == ""


def test_verbs_write_json_logs_too(vdp: Engine, archive: Archive) -> None:
    environment = {"VDP_DATASET": str(archive.dataset), "VDP_LOG_FORMAT": "json"}
    wrong = vdp("gc", "--json", "--older-than", "1h", expect=None, environment=environment)
    line = json.loads(wrong.stderr)
    assert (line["level"], line["service"], line["verb"]) == ("ERROR", "vdp", "gc")
    assert len(wrong.stdout.splitlines()) == 1 and "error" in wrong.document
    right = vdp("gc", "--json", "--log-format", "json", environment={"VDP_DATASET": str(archive.dataset)})
    assert right.document["store"] == f"{archive.store.as_uri()}/"
    text = vdp("gc", "--older-than", "1h", expect=None, environment={"VDP_DATASET": str(archive.dataset)})
    assert text.stderr.startswith("error: ")


def test_gc_asks_the_chosen_processor(vdp: Engine, archive: Archive) -> None:
    answer = vdp("gc", archive.dataset, "--processor", "sample", expect=FAILED)
    assert "sample does not offer garbage_collect" in answer.stderr
