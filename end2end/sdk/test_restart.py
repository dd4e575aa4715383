"""The server dies in the middle of a run and comes back: the run ends well, and nothing that was done is done again."""

import kfp
import pytest

import mooring
from expect import finished, tasks, until


@pytest.fixture
def fragile(tmp_path):
    yield from mooring.running(tmp_path)


@pytest.mark.parametrize('when_let_go', ['while it is down', 'after it is back'])
def test_a_killed_server_takes_its_runs_up_again(fragile, package, door, when_let_go):
    client = kfp.Client(host=fragile.host, existing_token=fragile.tokens['alice'])
    experiment = client.create_experiment('through a power cut', namespace='team-a')
    run = client.run_pipeline(experiment.experiment_id, 'gates', package('gates'), params={'door': door.url, 'name': 'ship'})
    door.wait_for('/arrived/waiting')
    before = client.get_run(run.run_id)
    assert before.state == 'RUNNING'
    until(lambda: tasks(client.get_run(run.run_id)).get('arrive'), lambda state: state == 'SUCCEEDED')

    fragile.kill()
    if when_let_go == 'while it is down':
        door.open_gate()
    fragile.start()
    assert client.get_run(run.run_id).state == 'RUNNING'
    door.open_gate()

    ended = finished(client, run)
    assert ended.state == 'SUCCEEDED', ended.error
    assert dict(door.knocks) == {'/arrived/ship': 1, '/arrived/waiting': 1, '/arrived/ship-again': 1}
    assert fragile.seen_in_files('ship arrives') == 1
    assert set(tasks(ended).values()) == {'SUCCEEDED'}


def test_what_was_accepted_is_not_lost(fragile, package, door):
    """A run that was accepted a moment before the end begins when the server is back."""
    client = kfp.Client(host=fragile.host, existing_token=fragile.tokens['alice'])
    experiment = client.create_experiment('through a power cut', namespace='team-a')
    runs = [client.run_pipeline(experiment.experiment_id, f'hello {n}', package('hello')) for n in range(3)]
    fragile.kill()
    fragile.start()
    assert [finished(client, run).state for run in runs] == ['SUCCEEDED'] * 3


def test_a_run_is_terminated_after_the_server_came_back(fragile, package, door):
    client = kfp.Client(host=fragile.host, existing_token=fragile.tokens['alice'])
    experiment = client.create_experiment('through a power cut', namespace='team-a')
    run = client.run_pipeline(experiment.experiment_id, 'gates', package('gates'), params={'door': door.url, 'name': 'ship'})
    door.wait_for('/arrived/waiting')
    fragile.kill()
    fragile.start()
    client.terminate_run(run.run_id)
    ended = finished(client, run)
    assert (ended.state, ended.error.message) == ('FAILED', 'The run was terminated')
    door.open_gate()
    assert '/arrived/ship-again' not in door.knocks


def test_a_second_server_on_the_same_data_is_refused_or_harmless(fragile):
    """Two processes over one directory would run each step twice."""
    import subprocess
    second = subprocess.Popen(
        [str(mooring.PROGRAM), 'serve', '--data-dir', str(fragile.data), '--listen', f'127.0.0.1:{mooring.free_port()}'],
        env=fragile._environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    try:
        said = second.communicate(timeout=30)[0].decode(errors='replace')
    except subprocess.TimeoutExpired:
        second.kill()
        raise AssertionError('a second server came up on the same data')
    assert second.returncode != 0
    assert str(fragile.data) in said
