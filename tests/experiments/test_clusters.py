"""Recipes for clusters: a sweep over SSH comes to the rows of this process; the operator's YAML is what its schema asks."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib.util
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml
from sweep_scenario import text, write

from viralsim.experiments import plan_of, read_table, run_sweep
from viralsim.scenario.loading import loads

ROOT = Path(__file__).parents[2]
CLUSTER = ROOT / "examples" / "dask_cluster.yaml"


@pytest.fixture
def ssh(tmp_path: Path) -> Iterator[dict[str, Any]]:
    """An SSH server of this machine that runs what it is asked to; what a client needs to get in."""
    asyncssh = pytest.importorskip("asyncssh")
    key, known, ready = asyncssh.generate_private_key("ssh-ed25519"), tmp_path / "authorized", threading.Event()
    known.write_bytes(key.export_public_key())
    served: dict[str, Any] = {}

    async def pass_on(source: Any, sink: Any) -> None:
        while some := await source.read(4096):
            sink.write(some)

    async def run(process: Any) -> None:
        pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        child = await asyncio.create_subprocess_shell(process.command, start_new_session=True, **pipes)
        try:
            await asyncio.gather(pass_on(child.stdout, process.stdout), pass_on(child.stderr, process.stderr))
            process.exit(await child.wait())
        finally:  # also where the client kills it or goes
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            await child.wait()

    async def serve() -> None:
        served["end"], served["loop"] = asyncio.Event(), asyncio.get_running_loop()
        listening = {
            "server_host_keys": [key],
            "authorized_client_keys": str(known),
            "process_factory": run,
            "encoding": None,
        }
        async with asyncssh.listen("127.0.0.1", 0, **listening) as server:
            served["port"] = server.get_port()
            ready.set()
            await served["end"].wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), daemon=True)
    thread.start()
    assert ready.wait(30)
    yield {"port": served["port"], "username": "somebody", "client_keys": [key], "known_hosts": None, "config": None}
    served["loop"].call_soon_threadsafe(served["end"].set)
    thread.join(60)
    assert not thread.is_alive()
    gc.collect()  # what the libraries leave is complained of here, where it is not heard, and not in the next test


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")  # of the cluster library about ports and closing
def test_a_sweep_over_ssh_comes_to_the_same_rows(ssh: dict[str, Any], tmp_path: Path) -> None:
    """The recipe in examples, on two machines that are both this one."""
    from examples.dask_over_ssh import sweep

    done = sweep(write(tmp_path), tmp_path / "far", ["127.0.0.1", "127.0.0.1"], 1, **ssh)
    assert done.complete
    assert (done.run, done.failed) == (6, 0)
    run_sweep(plan_of(loads(text())), tmp_path / "here")
    pd.testing.assert_frame_equal(read_table(tmp_path / "far"), read_table(tmp_path / "here"), check_exact=True)


def test_the_cluster_of_the_operator_holds_together() -> None:
    """Names that refer to each other do: the service finds the scheduler and its ports, both run the same image."""
    cluster = yaml.safe_load(CLUSTER.read_text())
    assert (cluster["apiVersion"], cluster["kind"]) == ("kubernetes.dask.org/v1", "DaskCluster")
    scheduler, worker = cluster["spec"]["scheduler"], cluster["spec"]["worker"]
    one, other = scheduler["spec"]["containers"][0], worker["spec"]["containers"][0]
    assert one["image"] == other["image"]
    assert scheduler["service"]["selector"] == {
        "dask.org/cluster-name": cluster["metadata"]["name"],
        "dask.org/component": "scheduler",
    }
    open_ports = {port["name"]: port["containerPort"] for port in one["ports"]}
    assert {port["targetPort"]: port["port"] for port in scheduler["service"]["ports"]} == open_ports
    assert (one["args"][0], other["args"][0]) == ("dask-scheduler", "dask-worker")


@pytest.mark.skipif(importlib.util.find_spec("dask_kubernetes") is None, reason="dask-kubernetes is not installed")
def test_the_cluster_is_what_the_operators_schema_asks() -> None:
    """Valid by the definition that the operator installs, and no key that it does not know."""
    jsonschema = pytest.importorskip("jsonschema")
    spec = importlib.util.find_spec("dask_kubernetes")
    assert spec is not None
    assert spec.origin is not None
    definition = next(Path(spec.origin).parent.rglob("crds/daskcluster.yaml"))
    schema = yaml.safe_load(definition.read_text())["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    closed = _closed(schema | {"properties": schema["properties"] | {"apiVersion": {}, "kind": {}, "metadata": {}}})
    cluster = yaml.safe_load(CLUSTER.read_text())
    jsonschema.validate(cluster, closed)
    cluster["spec"]["worker"]["replica"] = 3
    with pytest.raises(jsonschema.ValidationError, match="replica"):
        jsonschema.validate(cluster, closed)


def _closed(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with unknown keys refused wherever keys are listed."""
    found = {key: _closed(value) if isinstance(value, dict) else value for key, value in schema.items()}
    return found | {"additionalProperties": False} if isinstance(schema.get("properties"), dict) else found
