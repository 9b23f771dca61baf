"""What the executor makes of Ray's answers: nothing lost, nothing twice, errors in words."""

import os
import socket
import sys
from collections import Counter

import pytest
from goodfit.recipes.tuning import ray_cluster, ray_executor
from goodfit.recipes.tuning.ray_executor import MOST_LOSSES, RayExecutor
from goodfit.zoo.errors import BadInput, GoodfitError, MissingExtra
from made_ray import MadeJob, MadeRay, RayError, assigned


@pytest.fixture
def ray(monkeypatch):
    made = MadeRay()
    monkeypatch.setitem(sys.modules, "ray", made)
    monkeypatch.setattr(os, "environ", dict(os.environ))
    return made


def all_results(executor, count):
    found = []
    for _ in range(20 * count):
        found += executor.results(1)
        if len(found) >= count:
            break
    return found


def test_every_trial_comes_back_once(ray):
    executor = RayExecutor(MadeJob(), workers=2)
    for number in range(9):
        executor.submit(assigned(number))
    found = all_results(executor, 9)
    assert sorted(result.trial for result in found) == [f"trial-{n:04}" for n in range(9)]
    assert {result.trial: result.score for result in found}["trial-0003"] == 0.3
    assert executor.results(0) == []


def test_no_more_is_handed_to_ray_than_there_are_workers(ray):
    executor = RayExecutor(MadeJob(), workers=3)
    for number in range(500):
        executor.submit(assigned(number))
    assert len(all_results(executor, 500)) == 500
    assert ray.most == 3
    assert not ray.sent
    assert not executor._losses
    assert not executor._under_way


def test_a_trial_whose_worker_was_lost_is_run_again_under_the_same_attempt(ray):
    ray.losses = Counter({"trial-0001": MOST_LOSSES - 1})
    executor = RayExecutor(MadeJob(), workers=2)
    for number in range(4):
        executor.submit(assigned(number, attempt=7))
    found = all_results(executor, 4)
    assert Counter(result.key for result in found) == {(f"trial-{n:04}", 7): 1 for n in range(4)}
    assert {result.status for result in found} == {"completed"}


def test_a_trial_that_takes_its_worker_along_every_time_has_failed(ray):
    ray.losses = Counter({"trial-0001": 99})
    executor = RayExecutor(MadeJob(), workers=1)
    for number in range(3):
        executor.submit(assigned(number))
    found = {result.trial: result for result in all_results(executor, 3)}
    assert found["trial-0001"].status == "failed"
    assert "lost 3 times" in found["trial-0001"].reason
    assert found["trial-0001"].reason.endswith("The worker died.")
    assert found["trial-0002"].status == "completed"


def test_what_concerns_every_trial_is_raised_as_the_worker_raised_it(ray):
    executor = RayExecutor(MadeJob(), workers=1)
    executor.submit(assigned(1, bad=True))
    with pytest.raises(ValueError, match="no rows"):
        all_results(executor, 1)


def test_closing_ends_the_workers_and_a_ray_of_ours(ray):
    executor = RayExecutor(MadeJob(), workers=2)
    executor.submit(assigned(1))
    executor.close()
    executor.close()
    assert [name for name, _ in ray.calls if name in ("kill", "shutdown")] == [
        "kill",
        "kill",
        "shutdown",
    ]
    assert executor.results(1) == []


def test_a_ray_that_was_there_before_stays(ray):
    ray.started = True
    executor = RayExecutor(MadeJob(), workers=1)
    executor.close()
    assert not [name for name, _ in ray.calls if name in ("init", "shutdown")]


def test_alone_it_takes_the_cores_of_this_machine_and_shares_them_out(ray, monkeypatch):
    monkeypatch.setattr(ray_cluster, "cores_here", lambda: 8)
    executor = RayExecutor(MadeJob(), workers=2)
    address, options = next(value for name, value in ray.calls if name == "init")
    assert address == "local"
    assert options["num_cpus"] == 8
    assert options["include_dashboard"] is False
    assert [each["num_cpus"] for each in ray.options] == [4, 4]
    assert executor.slots == 2


def test_a_worker_keeps_to_its_threads_and_leaves_gpus_alone_that_it_was_not_given(ray):
    os.environ.pop("CUDA_VISIBLE_DEVICES", None)
    RayExecutor(MadeJob(), workers=1, cpus_per_trial=3, gpus_per_trial=0)
    assert os.environ["TF_NUM_INTRAOP_THREADS"] == "3"
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "-1"


@pytest.mark.parametrize(
    ("gpus", "workers", "share"),
    [(0, 2, 0), (1, 1, 1), (1, 2, 0.5), (2, 3, 0.5), (1, 3, 0.3333), (8, 3, 2), (4, None, 1)],
)
def test_the_gpus_of_this_machine_are_divided_so_that_every_worker_finds_room(
    ray, gpus, workers, share
):
    os.environ.pop("CUDA_VISIBLE_DEVICES", None)
    ray.resources = {"CPU": 16.0, "GPU": float(gpus)}
    executor = RayExecutor(MadeJob(), workers=workers)
    assert [each["num_gpus"] for each in ray.options] == [share] * executor.slots
    assert executor.slots == (workers or gpus)
    assert ("CUDA_VISIBLE_DEVICES" in os.environ) == (gpus == 0)


def test_on_a_cluster_there_are_as_many_workers_as_trials_find_room(ray, monkeypatch):
    monkeypatch.setattr(ray_cluster, "_ask", lambda address: None)
    ray.resources = {"CPU": 16.0, "GPU": 3.0}
    assert RayExecutor(MadeJob(), address="10.0.0.5:6379").slots == 16
    ray.started = False
    executor = RayExecutor(MadeJob(), address="auto", gpus_per_trial=0.5, cpus_per_trial=2)
    assert executor.slots == 6
    assert ray.options[-1]["num_gpus"] == 0.5
    assert next(value for name, value in reversed(ray.calls) if name == "init")[0] == "auto"


def test_too_few_gpus_on_this_machine_are_said_at_once_and_ray_is_ended(ray):
    with pytest.raises(BadInput, match="not enough GPUs") as caught:
        RayExecutor(MadeJob(), workers=2, gpus_per_trial=1)
    assert caught.value.kind == "gpus_too_few"
    assert not ray.started


def test_all_bad_numbers_are_named_together():
    with pytest.raises(BadInput) as caught:
        RayExecutor(MadeJob(), workers=0, gpus_per_trial=1.5, cpus_per_trial=-1)
    kinds = {problem.kind for problem in caught.value.problems}
    assert kinds == {"workers_invalid", "cpus_per_trial_invalid", "gpus_per_trial_invalid"}


def test_a_cluster_that_does_not_answer_is_named(ray):
    ray.broken["init"] = ConnectionError("Failed to connect.\nMore.")
    with pytest.raises(BadInput, match=r"at auto\..*Failed to connect\.") as caught:
        RayExecutor(MadeJob(), workers=1, address="auto")
    assert caught.value.kind == "cluster_unreachable"


@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_a_port_that_nobody_listens_at_is_not_waited_for(ray, scheme):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))  # and does not listen
        address = f"{scheme}127.0.0.1:{free.getsockname()[1]}"
        with pytest.raises(BadInput, match="refused") as caught:
            RayExecutor(MadeJob(), workers=1, address=address)
    assert caught.value.kind == "cluster_unreachable"
    assert not [name for name, _ in ray.calls if name == "init"]


def test_a_job_that_cannot_be_sent_is_said_before_anything_is_run(ray):
    ray.broken["put"] = TypeError("Could not serialize the object\nTraceback")
    with pytest.raises(BadInput, match="Could not serialize") as caught:
        RayExecutor(MadeJob(), workers=1)
    assert caught.value.kind == "job_unsendable"
    assert not ray.started


def test_a_ray_that_is_gone_ends_the_search_in_words(ray):
    executor = RayExecutor(MadeJob(), workers=1)
    ray.broken["wait"] = RayError("The raylet died.\nMore.")
    executor.submit(assigned(1))
    with pytest.raises(GoodfitError, match=r"The raylet died\. .*--resume"):
        executor.results(1)


def test_a_full_cluster_is_not_waited_for_for_ever(ray, monkeypatch):
    executor = RayExecutor(MadeJob(), workers=1, address="auto")
    monkeypatch.setattr(ray, "wait", lambda references, **_: ([], references))
    assert executor.results(0) == []
    monkeypatch.setattr(ray_executor, "START_SECONDS", -1.0)
    with pytest.raises(GoodfitError, match="started no worker; free are 4 CPU, 0 GPU"):
        executor.results(0)


def test_without_ray_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtra, match=r"goodfit\[ray\]"):
        RayExecutor(MadeJob(), workers=1)


def test_a_single_machine_opens_no_port_to_others_and_asks_for_a_secret(ray, monkeypatch):
    monkeypatch.delitem(sys.modules, "ray")
    monkeypatch.setattr(ray_cluster, "require", lambda module, extra: ray)
    for name in [name for name in os.environ if name.startswith("RAY_")]:
        del os.environ[name]
    RayExecutor(MadeJob(), workers=1, address="auto").close()
    assert "RAY_AUTH_TOKEN" not in os.environ
    RayExecutor(MadeJob(), workers=1).close()
    assert os.environ["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] == "0"
    assert len(os.environ["RAY_AUTH_TOKEN"]) == 64
    assert os.environ["RAY_USAGE_STATS_ENABLED"] == "0"
