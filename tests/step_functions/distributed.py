"""The distributed map: items out of S3, in batches, each an execution of its own, results into S3."""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from .errors import StatesError, UnknownGrammar
from .limits import size_of, within_payload_limit
from .paths import Json, fill, get

if TYPE_CHECKING:
    from .machine import Execution


def run_distributed(parent: Execution, name: str, state: Json, value: Json, context: Json) -> Json:
    """The map's result. The first worker that fails beyond what is tolerated ends it: no further one is begun."""
    read = _items(parent, state, value, context)
    items = [_selected(state, index, item, value, context) for index, item in enumerate(read)]
    if not items:
        raise UnknownGrammar(f"{name}: no items, for which the service's answer was not looked up")
    inputs = list(_batches(state.get("ItemBatcher"), items, value, context))
    parent.note("MapRunStarted", name, len(inputs))
    run_id = str(uuid.uuid4())
    label = f"{parent.machine.name}/{state.get('Label', name)}"
    children = _run_children(parent, state, inputs, label)
    parent.children += children
    result = _write_results(parent, state, value, context, children, f"{label}:{run_id}")
    failed = [child.error for child in children if child.error]
    if _are_too_many(state, len(failed), len(inputs)):
        causes = "; ".join(str(error) for error in failed)
        raise StatesError("States.ExceedToleratedFailureThreshold", f"{len(failed)} workers failed: {causes}")
    parent.note("MapRunSucceeded", name)
    return result


def _items(parent: Execution, state: Json, value: Json, context: Json) -> list[Json]:
    if "ItemReader" not in state:
        items = get(state.get("ItemsPath", "$"), value, context)
    else:
        place = fill(state["ItemReader"]["Parameters"], value, context)
        if place.keys() != {"Bucket", "Key"}:
            raise UnknownGrammar(f"ItemReader of {sorted(place)}")
        client = parent.machine.s3
        try:
            items = json.loads(client.get_object(**place)["Body"].read())
        except (client.exceptions.ClientError, ValueError) as error:
            raise StatesError("States.ItemReaderFailed", f"{place}: {error}") from None
    if not isinstance(items, list):
        raise StatesError("States.ItemReaderFailed", "the items are no array")
    return items


def _selected(state: Json, index: int, item: Json, value: Json, context: Json) -> Json:
    if "ItemSelector" not in state:
        return item
    return fill(state["ItemSelector"], value, context | {"Map": {"Item": {"Index": index, "Value": item}}})


def _batches(batcher: Json | None, items: list[Json], value: Json, context: Json) -> Iterator[Json]:
    """Inputs of the workers: items in their order, as many as both limits let into one."""
    if batcher is None:
        yield from items
        return
    head = {"BatchInput": fill(batcher["BatchInput"], value, context)} if "BatchInput" in batcher else {}
    most_items = batcher.get("MaxItemsPerBatch", len(items))
    most_bytes = batcher.get("MaxInputBytesPerBatch", 256 * 1024)
    head_bytes = size_of(head | {"Items": []})
    batch: list[Json] = []
    used = head_bytes
    for item in items:
        item_bytes = size_of(item) + 1
        if head_bytes + item_bytes > most_bytes:
            raise StatesError("States.Runtime", f"an item of {item_bytes} bytes fits into no batch of {most_bytes}")
        if batch and (len(batch) == most_items or used + item_bytes > most_bytes):
            yield head | {"Items": batch}
            batch, used = [], head_bytes
        batch.append(item)
        used += item_bytes
    yield head | {"Items": batch}


def _run_children(parent: Execution, state: Json, inputs: list[Json], label: str) -> list[Execution]:
    """In the order of their inputs; those that were not begun are left out."""
    from .machine import PLACE, Execution  # an execution runs maps, and a map executions

    processor = {key: state["ItemProcessor"][key] for key in ("StartAt", "States")}
    ended = threading.Event()
    lock = threading.Lock()
    failures = 0

    def work(value: Json) -> Execution | None:
        nonlocal failures
        if ended.is_set():
            return None
        name = str(uuid.uuid4())
        child = Execution(parent.machine, f"{PLACE}:execution:{label}:{name}", name)
        child.run(processor, value)
        with lock:
            failures += child.error is not None
            if _are_too_many(state, failures, len(inputs)):
                ended.set()
        return child

    width = min(state.get("MaxConcurrency", 0) or parent.machine.workers, parent.machine.workers)
    with ThreadPoolExecutor(width) as pool:
        return [child for child in pool.map(work, inputs) if child is not None]


def _are_too_many(state: Json, failures: int, total: int) -> bool:
    count, percentage = state.get("ToleratedFailureCount"), state.get("ToleratedFailurePercentage")
    if count is None and percentage is None:
        return failures > 0
    over_count = count is not None and failures > count
    return over_count or (percentage is not None and failures * 100 > percentage * total)


def _write_results(
    parent: Execution, state: Json, value: Json, context: Json, children: list[Execution], run: str
) -> Json:
    """https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html"""
    if "ResultWriter" not in state:
        return [child.output for child in children]
    place = fill(state["ResultWriter"]["Parameters"], value, context)
    if place.keys() != {"Bucket", "Prefix"}:
        raise UnknownGrammar(f"ResultWriter of {sorted(place)}")
    folder = f"{place['Prefix']}/{run.rpartition(':')[2]}"
    files: dict[str, list[dict[str, Json]]] = {"SUCCEEDED": [], "FAILED": []}
    for status in files:
        told = [_told(child) for child in children if child.status == status]
        if told:
            key = f"{folder}/{status}_0.json"
            parent.machine.s3.put_object(Bucket=place["Bucket"], Key=key, Body=json.dumps(told).encode())
            files[status].append({"Key": key})
    arn = f"arn:aws:states:us-east-1:123456789012:mapRun:{run}"
    manifest = {"DestinationBucket": place["Bucket"], "MapRunArn": arn, "ResultFiles": files}
    key = f"{folder}/manifest.json"
    parent.machine.s3.put_object(Bucket=place["Bucket"], Key=key, Body=json.dumps(manifest).encode())
    return within_payload_limit(
        "the result", {"MapRunArn": arn, "ResultWriterDetails": {"Bucket": place["Bucket"], "Key": key}}
    )


def _told(child: Execution) -> Json:
    about = {"ExecutionArn": child.arn, "Name": child.name, "Status": child.status}
    if child.error:
        return about | {"Error": child.error.name, "Cause": child.error.cause}
    return about | {"Output": json.dumps(child.output)}
