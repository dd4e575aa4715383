"""Everything that a person does with `kfp.Client`, in the order that they do it."""

import json

import kfp

import compile as samples
from expect import WAIT_SECONDS, finished, refused, until


def test_the_client_finds_the_server_and_that_it_serves_several_people(alice):
    health = alice.get_kfp_healthz()
    assert health.multi_user is True


def test_an_experiment_is_made_once_and_found_again(alice, name):
    made = alice.create_experiment(name, description='for a while', namespace='team-a')
    again = alice.create_experiment(name, namespace='team-a')
    assert again.experiment_id == made.experiment_id
    found = alice.get_experiment(experiment_id=made.experiment_id)
    assert (found.display_name, found.description, found.namespace, found.storage_state) == (
        name, 'for a while', 'team-a', 'AVAILABLE')
    assert alice.get_experiment(experiment_name=name, namespace='team-a').experiment_id == made.experiment_id


def test_experiments_are_listed_sorted_filtered_and_paged(alice, name):
    for part in ('b', 'c', 'a'):
        alice.create_experiment(f'{name} {part}', namespace='team-a')
    only = json.dumps({'predicates': [{'operation': 'IS_SUBSTRING', 'key': 'display_name', 'stringValue': f'{name} '}]})
    seen, token = [], ''
    while True:
        page = alice.list_experiments(page_token=token, page_size=2, sort_by='display_name desc', namespace='team-a', filter=only)
        assert page.total_size == 3
        seen.append([experiment.display_name for experiment in page.experiments])
        token = page.next_page_token
        if not token:
            break
    assert seen == [[f'{name} c', f'{name} b'], [f'{name} a']]


def test_an_experiment_is_archived_with_its_runs_brought_back_and_deleted(alice, package, name):
    experiment = alice.create_experiment(name, namespace='team-a')
    run = alice.run_pipeline(experiment.experiment_id, 'in it', package('hello'))
    finished(alice, run)
    alice.archive_experiment(experiment.experiment_id)
    assert alice.get_experiment(experiment_id=experiment.experiment_id).storage_state == 'ARCHIVED'
    assert alice.get_run(run.run_id).storage_state == 'ARCHIVED'
    with refused(400):
        alice.unarchive_run(run.run_id)
    alice.unarchive_experiment(experiment.experiment_id)
    assert alice.get_experiment(experiment_id=experiment.experiment_id).storage_state == 'AVAILABLE'
    alice.delete_experiment(experiment.experiment_id)
    with refused(404):
        alice.get_experiment(experiment_id=experiment.experiment_id)


def test_a_pipeline_and_its_versions_are_uploaded_run_and_deleted(alice, package, name):
    pipeline = alice.upload_pipeline(package('hello'), pipeline_name=name, description='grüßt', namespace='team-a')
    assert (pipeline.display_name, pipeline.description, pipeline.namespace) == (name, 'grüßt', 'team-a')
    assert alice.get_pipeline(pipeline.pipeline_id).display_name == name
    first = alice.list_pipeline_versions(pipeline.pipeline_id).pipeline_versions
    assert len(first) == 1

    second = alice.upload_pipeline_version(package('artifacts'), 'v 2', pipeline_id=pipeline.pipeline_id, description='another')
    assert second.pipeline_id == pipeline.pipeline_id
    assert alice.get_pipeline_version(pipeline.pipeline_id, second.pipeline_version_id).pipeline_spec['pipelineInfo']['name'] == 'artifacts'
    versions = alice.list_pipeline_versions(pipeline.pipeline_id, sort_by='created_at desc')
    assert {version.display_name for version in versions.pipeline_versions} == {name, 'v 2'}
    assert versions.total_size == 2

    experiment = alice.create_experiment(name, namespace='team-a')
    run = alice.run_pipeline(
        experiment.experiment_id, 'of the first version', pipeline_id=pipeline.pipeline_id,
        version_id=first[0].pipeline_version_id, params={'recipient': 'pier'})
    assert run.pipeline_version_reference.pipeline_version_id == first[0].pipeline_version_id
    latest = alice.run_pipeline(experiment.experiment_id, 'of the latest', pipeline_id=pipeline.pipeline_id, version_id=second.pipeline_version_id)
    assert finished(alice, run).state == 'SUCCEEDED'
    assert finished(alice, latest).state == 'SUCCEEDED'

    alice.delete_pipeline_version(pipeline.pipeline_id, second.pipeline_version_id)
    alice.delete_pipeline_version(pipeline.pipeline_id, first[0].pipeline_version_id)
    alice.delete_pipeline(pipeline.pipeline_id)
    with refused(404):
        alice.get_pipeline(pipeline.pipeline_id)
    # What ran goes on telling what it was.
    assert alice.get_run(run.run_id).state == 'SUCCEEDED'


def test_a_name_is_taken_once_per_namespace(alice, bob, package, name):
    alice.upload_pipeline(package('hello'), pipeline_name=name, namespace='team-a')
    bob.upload_pipeline(package('hello'), pipeline_name=name, namespace='team-b')
    with refused(409):
        alice.upload_pipeline(package('hello'), pipeline_name=name, namespace='team-a')


def test_pipelines_are_listed_by_namespace(alice, package, name):
    pipeline = alice.upload_pipeline(package('hello'), pipeline_name=name, namespace='team-a')
    listed = alice.list_pipelines(namespace='team-a', page_size=100, sort_by='created_at desc').pipelines
    assert pipeline.pipeline_id in [one.pipeline_id for one in listed]


def test_a_pipeline_function_is_uploaded_as_it_is(alice, name):
    pipeline = alice.upload_pipeline_from_pipeline_func(samples.pipeline('hello'), pipeline_name=name, namespace='team-a')
    version = alice.upload_pipeline_version_from_pipeline_func(
        samples.pipeline('chain'), pipeline_version_name='longer', pipeline_id=pipeline.pipeline_id)
    assert version.pipeline_id == pipeline.pipeline_id


def test_a_run_of_a_package_with_parameters(alice, package, experiment, name):
    run = alice.run_pipeline(experiment.experiment_id, name, package('hello'), params={'recipient': 'harbour'})
    assert run.state == 'PENDING'
    assert run.experiment_id == experiment.experiment_id
    assert run.runtime_config.parameters == {'recipient': 'harbour'}
    assert run.pipeline_spec['pipelineInfo']['name'] == 'hello'
    ended = finished(alice, run)
    assert ended.state == 'SUCCEEDED'
    assert alice.get_run(run.run_id).display_name == name


def test_a_run_of_a_function_lands_in_the_default_experiment(alice, name):
    started = alice.create_run_from_pipeline_func(samples.pipeline('hello'), arguments={'recipient': 'jetty'}, run_name=name, namespace='team-a')
    ended = started.wait_for_run_completion(WAIT_SECONDS)
    assert ended.state == 'SUCCEEDED'
    assert alice.get_experiment(experiment_id=ended.experiment_id).display_name == 'Default'


def test_runs_are_listed_by_namespace_and_by_experiment(alice, package, name):
    experiment = alice.create_experiment(name, namespace='team-a')
    runs = [alice.run_pipeline(experiment.experiment_id, f'{name} {n}', package('hello')).run_id for n in range(3)]
    by_experiment = alice.list_runs(experiment_id=experiment.experiment_id, sort_by='created_at desc', page_size=2)
    assert by_experiment.total_size == 3
    rest = alice.list_runs(experiment_id=experiment.experiment_id, sort_by='created_at desc', page_size=2, page_token=by_experiment.next_page_token)
    assert {run.run_id for run in by_experiment.runs + rest.runs} == set(runs)
    by_namespace = alice.list_runs(namespace='team-a', sort_by='created_at desc', page_size=100)
    assert set(runs) <= {run.run_id for run in by_namespace.runs}
    named = json.dumps({'predicates': [{'operation': 'EQUALS', 'key': 'display_name', 'stringValue': f'{name} 1'}]})
    assert [run.run_id for run in alice.list_runs(namespace='team-a', filter=named).runs] == [runs[1]]


def test_a_run_is_archived_brought_back_and_deleted(alice, package, experiment, name):
    run = alice.run_pipeline(experiment.experiment_id, name, package('hello'))
    finished(alice, run)
    alice.archive_run(run.run_id)
    assert alice.get_run(run.run_id).storage_state == 'ARCHIVED'
    alice.unarchive_run(run.run_id)
    assert alice.get_run(run.run_id).storage_state == 'AVAILABLE'
    with refused(400):
        alice.terminate_run(run.run_id)
    alice.delete_run(run.run_id)
    with refused(404):
        alice.get_run(run.run_id)


def test_a_run_is_terminated_while_a_step_runs(server, alice, package, experiment, door, name):
    run = alice.run_pipeline(experiment.experiment_id, name, package('gates'), params={'door': door.url, 'name': 'ship'})
    door.wait_for('/arrived/waiting')
    assert alice.get_run(run.run_id).state == 'RUNNING'
    alice.terminate_run(run.run_id)
    ended = finished(alice, run)
    assert (ended.state, ended.error.message) == ('FAILED', 'The run was terminated')
    door.open_gate()
    assert '/arrived/ship-again' not in door.knocks


def test_independent_steps_run_side_by_side(alice, package, experiment, door, name):
    """Two runs wait at the same gate at once: neither holds the other up."""
    both = [
        alice.run_pipeline(experiment.experiment_id, f'{name} {who}', package('gates'), params={'door': door.url, 'name': who})
        for who in ('one', 'two')
    ]
    door.wait_for('/arrived/one')
    door.wait_for('/arrived/two')
    until(lambda: door.knocks['/arrived/waiting'], lambda waiting: waiting == 2)
    door.open_gate()
    for run in both:
        assert finished(alice, run).state == 'SUCCEEDED'


def test_under_the_prefix_of_the_dashboard(server, package, name):
    client = kfp.Client(host=f'{server.host}/pipeline', existing_token=server.tokens['alice'])
    assert client.get_kfp_healthz().multi_user is True
    experiment = client.create_experiment(name, namespace='team-a')
    pipeline = client.upload_pipeline(package('hello'), pipeline_name=name, namespace='team-a')
    run = client.run_pipeline(
        experiment.experiment_id, name, pipeline_id=pipeline.pipeline_id,
        version_id=client.list_pipeline_versions(pipeline.pipeline_id).pipeline_versions[0].pipeline_version_id)
    assert finished(client, run).state == 'SUCCEEDED'


def test_the_client_takes_the_server_and_names_from_its_environment(server, package, name, monkeypatch, tmp_path):
    token = tmp_path / 'token'
    token.write_text(f'{server.tokens["alice"]}\n')
    monkeypatch.setenv('KF_PIPELINES_ENDPOINT', server.host)
    monkeypatch.setenv('KF_PIPELINES_UI_ENDPOINT', 'https://pipelines.example.com')
    monkeypatch.setenv('KF_PIPELINES_SA_TOKEN_PATH', str(token))
    monkeypatch.setenv('KF_PIPELINES_DEFAULT_EXPERIMENT_NAME', name)
    client = kfp.Client(credentials=kfp.client.ServiceAccountTokenVolumeCredentials())
    run = client.create_run_from_pipeline_package(package('hello'), namespace='team-a')
    found = client.get_experiment(experiment_name=name, namespace='team-a')
    assert client.get_run(run.run_id).experiment_id == found.experiment_id
    monkeypatch.setenv('KF_PIPELINES_OVERRIDE_EXPERIMENT_NAME', f'{name} instead')
    run = client.create_run_from_pipeline_package(package('hello'), namespace='team-a', experiment_name=name)
    found = client.get_experiment(experiment_name=f'{name} instead', namespace='team-a')
    assert client.get_run(run.run_id).experiment_id == found.experiment_id


def test_the_client_with_a_namespace_of_its_own_sees_that_namespace(server, package, name):
    client = kfp.Client(host=server.host, existing_token=server.tokens['alice'], namespace='team-a')
    experiment = client.create_experiment(name)
    assert experiment.namespace == 'team-a'
    run = client.run_pipeline(experiment.experiment_id, name, package('hello'))
    assert run.run_id in [one.run_id for one in client.list_runs(sort_by='created_at desc').runs]
