"""The sample pipelines, compiled by the SDK and run for real. Each checks its own results in its last step, so that
SUCCEEDED says more than that nothing broke."""

import pytest

from expect import finished, tasks


def run(client, package, experiment, sample, arguments=None):
    started = client.create_run_from_pipeline_package(
        package(sample), arguments=arguments or {}, experiment_id=experiment.experiment_id, enable_caching=False)
    return finished(client, started)


@pytest.mark.parametrize('sample, arguments', [
    ('hello', {}),
    ('hello', {'recipient': 'quay'}),
    ('parameters', {}),
    ('artifacts', {}),
    ('artifacts', {'rows': 3, 'expected': 5}),
    ('conditions', {}),
    ('conditions', {'grams': 5000, 'expected': 9}),
    ('conditions', {'grams': 5, 'expected': 2}),
    ('loop_static', {}),
    ('loop_dynamic', {}),
    ('loop_dynamic', {'count': 0}),
    ('nested', {}),
    ('container', {}),
    ('outputs', {}),
    ('chain', {}),
])
def test_a_pipeline_runs_to_its_end(alice, package, experiment, sample, arguments):
    ended = run(alice, package, experiment, sample, arguments)
    assert ended.state == 'SUCCEEDED', ended.error
    assert ended.error is None
    assert ended.finished_at >= ended.created_at
    assert [change.state for change in ended.state_history][-1] == 'SUCCEEDED'


def test_a_failing_step_fails_its_run_with_a_reason_and_what_follows_never_runs(server, alice, package, experiment):
    ended = run(alice, package, experiment, 'failing', {'code': '1234'})
    assert ended.state == 'FAILED'
    assert 'open-vault' in ended.error.message
    states = tasks(ended)
    assert states['open-vault'] == 'FAILED'
    assert states.get('spend') != 'SUCCEEDED'
    assert server.seen_in_files('the code 1234 does not open the vault') > 0
    assert server.seen_in_files('\nnever reached') == 0


def test_a_wrong_result_is_noticed(alice, package, experiment):
    """The control of the self-checking samples: told to expect something else, they fail."""
    ended = run(alice, package, experiment, 'artifacts', {'rows': 3, 'expected': 6})
    assert ended.state == 'FAILED'
    assert 'check' in ended.error.message


def test_only_the_branch_that_was_chosen_runs(alice, package, experiment):
    ended = run(alice, package, experiment, 'conditions', {'grams': 5000, 'expected': 9})
    states = [task.state for task in ended.run_details.task_details if task.display_name.startswith('condition-')]
    assert 'SKIPPED' in states
    assert 'FAILED' not in states


def test_a_step_is_tried_again(alice, package, experiment, door):
    door.refusals = 2
    ended = run(alice, package, experiment, 'retries', {'door': f'{door.url}/'})
    assert ended.state == 'SUCCEEDED', ended.error
    assert door.knocks['/'] == 3


def test_a_step_is_tried_only_as_often_as_it_says(alice, package, experiment, door):
    door.refusals = 99
    ended = run(alice, package, experiment, 'retries', {'door': f'{door.url}/'})
    assert ended.state == 'FAILED'
    assert door.knocks['/'] == 3


@pytest.mark.parametrize('fail, state, told', [(False, 'SUCCEEDED', 'COMPLETE'), (True, 'FAILED', 'FAILED')])
def test_an_exit_handler_runs_either_way_and_knows_how_it_went(alice, package, experiment, door, fail, state, told):
    """What it is told is called as KFP's backend calls it."""
    ended = run(alice, package, experiment, 'exit_handler', {'door': f'{door.url}/', 'fail': fail})
    assert ended.state == state
    assert dict(door.knocks) == {f'/?state={told}': 1}


def test_independent_steps_and_turns_of_a_loop_are_separate_tasks(alice, package, experiment):
    ended = run(alice, package, experiment, 'loop_static')
    turns = [task for task in ended.run_details.task_details if task.display_name.startswith('square')]
    assert len(turns) == 4
    assert {turn.state for turn in turns} == {'SUCCEEDED'}
    assert len({turn.task_id for turn in turns}) == 4
