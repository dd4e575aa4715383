"""What tests wait for and what they expect to be refused."""

import time

import kfp_server_api
import pytest

WAIT_SECONDS = 300


def refused(status: int):
    """The client is told no, with this status."""
    return pytest.raises(kfp_server_api.ApiException, check=lambda error: error.status == status)


def finished(client, run):
    """The run at its end, by the client's own wait; it polls once a second."""
    return client.wait_for_run_completion(run.run_id, WAIT_SECONDS, sleep_duration=1)


def until(read, good, seconds: float = 60):
    """What `read` gives as soon as it is good."""
    end = time.monotonic() + seconds
    while True:
        value = read()
        if good(value):
            return value
        assert time.monotonic() < end, value
        time.sleep(0.1)


def tasks(run) -> dict:
    """The states of a run's tasks by display name."""
    return {task.display_name: task.state for task in run.run_details.task_details}
