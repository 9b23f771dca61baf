"""Two Ray nodes on loopback, of which workers, a node and the driver are killed with -9."""

import contextlib
import importlib.util
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from goodfit.recipes.tuning.journal import JOURNAL, Journal

DRIVER = Path(__file__).with_name("cluster_driver.py")
PATIENCE = 400.0

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        importlib.util.find_spec("ray") is None,
        reason="Ray is not installed: pip install 'goodfit[ray]'",
    ),
]


class Cluster:
    """A head and further nodes with one core each, all on this machine."""

    def __init__(self):
        self.processes = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"127.0.0.1:{self.port}"
        token = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": secrets.token_hex(32)}
        self.environment = os.environ | token | {"RAY_USAGE_STATS_ENABLED": "0"}
        self.head = self.start("--head", f"--port={self.port}", "--include-dashboard=false")
        wait_for(self.answers, "the head node")
        self.second = self.add()

    def start(self, *arguments):
        command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block", "--num-cpus=1"]
        return self.popen([*command, "--node-ip-address=127.0.0.1", *arguments])

    def popen(self, command, **options):
        process = subprocess.Popen(
            command, env=self.environment, stderr=subprocess.DEVNULL, text=True,
            stdout=options.pop("stdout", subprocess.DEVNULL), **options,
        )  # fmt: skip
        self.processes.append(process)
        return process

    def add(self):
        return self.start(f"--address={self.address}")

    def driver(self, *arguments):
        return self.popen([sys.executable, str(DRIVER), *arguments], stdout=subprocess.PIPE)

    def answers(self):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def close(self):
        for process in reversed(self.processes):
            process.terminate()
        for process in self.processes:
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(20)
            process.kill()


@pytest.fixture
def cluster():
    made = Cluster()
    yield made
    made.close()


def wait_for(happened, what, process=None):
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if happened():
            return
        if process is not None and process.poll() is not None:
            pytest.fail(f"the process ended with {process.returncode} before {what}")
        time.sleep(0.1)
    pytest.fail(f"{what} did not happen")


def ended(folder):
    """Return the results that a search has written down so far."""
    paths = list(folder.glob(f"*/{JOURNAL}"))
    trials = Journal(paths[0]).trials.values() if paths else []
    return [trial.result for trial in trials if trial.result is not None]


def pid_of(result):
    return int(result.worker.rpartition(":")[2])


def told(folder):
    """Return values, score and seed of every trial of a search."""
    (path,) = folder.glob(f"*/{JOURNAL}")
    return {
        name: (trial.values, trial.score, trial.seed)
        for name, trial in Journal(path).trials.items()
    }


def test_a_worker_and_a_node_are_lost_and_every_trial_comes_back_once(cluster):
    driver = cluster.driver("toy", cluster.address)
    keys, workers = Counter(), []
    for line in driver.stdout:
        result = json.loads(line)
        keys[result["trial"], result["attempt"], result["status"]] += 1
        workers.append(int(result["worker"].rpartition(":")[2]))
        if len(workers) == 10:
            os.kill(workers[-1], signal.SIGKILL)
        if len(workers) == 20:
            cluster.second.kill()
        if len(workers) == 30:
            cluster.add()
    assert driver.wait(60) == 0
    assert keys == Counter({(f"trial-{n:04}", 1, "completed"): 1 for n in range(60)})
    assert len(set(workers)) >= 3


@pytest.mark.parametrize("method", ["random", "grid"])
def test_a_worker_and_the_driver_are_killed_and_the_search_is_the_same(cluster, tmp_path, method):
    undisturbed, disturbed = tmp_path / "undisturbed", tmp_path / "disturbed"
    undisturbed.mkdir()
    disturbed.mkdir()
    quiet = cluster.driver("search", method, str(undisturbed))
    best = json.loads(quiet.communicate(timeout=PATIENCE)[0])["best"]

    driver = cluster.driver("search", method, str(disturbed), cluster.address)
    wait_for(lambda: len(ended(disturbed)) >= 2, "the second trial", driver)
    os.kill(pid_of(ended(disturbed)[-1]), signal.SIGKILL)
    wait_for(lambda: len(ended(disturbed)) >= 5, "the fifth trial", driver)
    driver.kill()
    driver.wait()
    before = ended(disturbed)
    assert len(before) < len(told(undisturbed))

    again = cluster.driver("search", method, str(disturbed), cluster.address)
    assert json.loads(again.communicate(timeout=PATIENCE)[0])["best"] == best
    assert again.returncode == 0
    assert told(disturbed) == told(undisturbed)
    (path,) = disturbed.glob(f"*/{JOURNAL}")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    counts = Counter(line["trial"] for line in lines if line["kind"] == "ended")
    assert counts == Counter(told(undisturbed).keys())
    attempts = {name: trial.attempts for name, trial in Journal(path).trials.items()}
    assert max(attempts.values()) == 2  # those that were under way when the driver was killed
    assert all(attempts[result.trial] == result.attempt for result in before)
