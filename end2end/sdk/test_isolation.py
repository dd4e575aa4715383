"""The same calls with another person's token: refused, and nothing shown. Each test has its control: alice may."""

import dataclasses
import json
from typing import Any

import kfp
import kfp_server_api
import pytest
import requests

from expect import finished, refused


@dataclasses.dataclass
class Things:
    """What alice has in team-a."""
    experiment: Any
    pipeline: Any
    version: Any
    run: Any
    words: tuple


@pytest.fixture(scope='module')
def things(alice, package):
    words = ('treasure-experiment', 'treasure-pipeline', 'treasure-run', 'treasure-parameter')
    experiment = alice.create_experiment(words[0], namespace='team-a')
    pipeline = alice.upload_pipeline(package('hello'), pipeline_name=words[1], namespace='team-a')
    version = alice.list_pipeline_versions(pipeline.pipeline_id).pipeline_versions[0]
    run = alice.run_pipeline(
        experiment.experiment_id, words[2], pipeline_id=pipeline.pipeline_id, version_id=version.pipeline_version_id,
        params={'recipient': words[3]})
    finished(alice, run)
    return Things(experiment, pipeline, version, run, words)


READS = {
    'get experiment': lambda client, has: client.get_experiment(experiment_id=has.experiment.experiment_id),
    'find experiment by name': lambda client, has: client.get_experiment(experiment_name=has.words[0], namespace='team-a'),
    'list experiments': lambda client, has: client.list_experiments(namespace='team-a'),
    'get pipeline': lambda client, has: client.get_pipeline(has.pipeline.pipeline_id),
    'list pipelines': lambda client, has: client.list_pipelines(namespace='team-a'),
    'get version': lambda client, has: client.get_pipeline_version(has.pipeline.pipeline_id, has.version.pipeline_version_id),
    'list versions': lambda client, has: client.list_pipeline_versions(has.pipeline.pipeline_id),
    'get run': lambda client, has: client.get_run(has.run.run_id),
    'wait for run': lambda client, has: client.wait_for_run_completion(has.run.run_id, 30, sleep_duration=1),
    'list runs by namespace': lambda client, has: client.list_runs(namespace='team-a'),
    'list runs by experiment': lambda client, has: client.list_runs(experiment_id=has.experiment.experiment_id),
    'list recurring runs': lambda client, has: client.list_recurring_runs(namespace='team-a'),
}

WRITES = {
    'create experiment': lambda client, has, package: client._experiment_api.experiment_service_create_experiment(
        experiment=kfp_server_api.V2beta1Experiment(display_name='planted', namespace='team-a')),
    'archive experiment': lambda client, has, package: client.archive_experiment(has.experiment.experiment_id),
    'unarchive experiment': lambda client, has, package: client.unarchive_experiment(has.experiment.experiment_id),
    'delete experiment': lambda client, has, package: client.delete_experiment(has.experiment.experiment_id),
    'upload pipeline': lambda client, has, package: client.upload_pipeline(package('hello'), 'planted', namespace='team-a'),
    'upload version': lambda client, has, package: client.upload_pipeline_version(
        package('hello'), 'planted', pipeline_id=has.pipeline.pipeline_id),
    'delete version': lambda client, has, package: client.delete_pipeline_version(
        has.pipeline.pipeline_id, has.version.pipeline_version_id),
    'delete pipeline': lambda client, has, package: client.delete_pipeline(has.pipeline.pipeline_id),
    'run package': lambda client, has, package: client.run_pipeline(has.experiment.experiment_id, 'planted', package('hello')),
    'run version': lambda client, has, package: client.run_pipeline(
        has.experiment.experiment_id, 'planted', pipeline_id=has.pipeline.pipeline_id, version_id=has.version.pipeline_version_id),
    'create run from package': lambda client, has, package: client.create_run_from_pipeline_package(
        package('hello'), experiment_id=has.experiment.experiment_id),
    'terminate run': lambda client, has, package: client.terminate_run(has.run.run_id),
    'archive run': lambda client, has, package: client.archive_run(has.run.run_id),
    'unarchive run': lambda client, has, package: client.unarchive_run(has.run.run_id),
    'delete run': lambda client, has, package: client.delete_run(has.run.run_id),
}


def everything(alice, has):
    """What alice sees of team-a, to tell whether anybody changed it."""
    return (
        alice.get_experiment(experiment_id=has.experiment.experiment_id).to_dict(),
        alice.get_pipeline(has.pipeline.pipeline_id).to_dict(),
        alice.list_pipeline_versions(has.pipeline.pipeline_id).to_dict(),
        alice.get_run(has.run.run_id).to_dict(),
        alice.list_runs(experiment_id=has.experiment.experiment_id).to_dict(),
    )


@pytest.mark.parametrize('call', READS)
@pytest.mark.parametrize('who', ['bob', 'mallory'])
def test_an_outsider_reads_nothing(client, things, who, call):
    with refused(403) as caught:
        READS[call](client(who), things)
    for word in things.words:
        assert word not in caught.value.body


@pytest.mark.parametrize('call', READS)
@pytest.mark.parametrize('who', ['alice', 'vera'])
def test_members_read_everything(client, things, who, call):
    READS[call](client(who), things)


@pytest.mark.parametrize('call', WRITES)
@pytest.mark.parametrize('who', ['bob', 'mallory', 'vera'])
def test_whoever_may_not_write_changes_nothing(client, alice, things, package, who, call):
    before = everything(alice, things)
    with refused(403):
        WRITES[call](client(who), things, package)
    assert everything(alice, things) == before


def test_a_list_of_ones_own_namespace_shows_nothing_of_another(bob, things):
    seen = str([
        bob.list_experiments(namespace='team-b', page_size=200),
        bob.list_pipelines(namespace='team-b', page_size=200),
        bob.list_pipelines(page_size=200),
        bob.list_runs(namespace='team-b', page_size=200),
    ])
    for word in things.words:
        assert word not in seen


def test_a_pipeline_of_another_namespace_does_not_run_in_ones_own(bob, things):
    own = bob.create_experiment('bob tries', namespace='team-b')
    with refused(403):
        bob.run_pipeline(own.experiment_id, 'borrowed', pipeline_id=things.pipeline.pipeline_id, version_id=things.version.pipeline_version_id)
    assert not bob.list_runs(experiment_id=own.experiment_id).runs


def test_an_unknown_id_is_not_found_and_tells_no_more(bob):
    with refused(404):
        bob.get_run('00000000-0000-4000-8000-000000000000')


def test_a_page_token_of_one_namespace_opens_no_other(server, alice, bob):
    for number in range(3):
        alice.create_experiment(f'page {number}', namespace='team-a')
        bob.create_experiment(f'page {number}', namespace='team-b')
    token = alice.list_experiments(namespace='team-a', page_size=1).next_page_token
    assert token
    with refused(400) as caught:
        bob.list_experiments(namespace='team-b', page_size=1, page_token=token)
    assert 'page_token' in caught.value.body or 'page token' in caught.value.body
    assert alice.list_experiments(namespace='team-a', page_size=1, page_token=token).experiments


@pytest.mark.parametrize('token', [None, 'nonsense', ''])
@pytest.mark.parametrize('method, path', [
    ('GET', '/apis/v2beta1/experiments?namespace=team-a'),
    ('GET', '/apis/v2beta1/experiments/{experiment}'),
    ('GET', '/apis/v2beta1/pipelines?namespace=team-a'),
    ('GET', '/apis/v2beta1/pipelines/{pipeline}'),
    ('GET', '/apis/v2beta1/pipelines/{pipeline}/versions'),
    ('GET', '/apis/v2beta1/pipelines/{pipeline}/versions/{version}'),
    ('GET', '/apis/v2beta1/runs?namespace=team-a'),
    ('GET', '/apis/v2beta1/runs/{run}'),
    ('GET', '/pipeline/apis/v2beta1/runs/{run}'),
    ('POST', '/apis/v2beta1/runs/{run}:terminate'),
    ('POST', '/apis/v2beta1/runs/{run}:archive'),
    ('DELETE', '/apis/v2beta1/runs/{run}'),
    ('DELETE', '/apis/v2beta1/pipelines/{pipeline}'),
    ('DELETE', '/apis/v2beta1/experiments/{experiment}'),
])
def test_nobody_gets_nothing(server, things, method, path, token):
    ids = {
        'experiment': things.experiment.experiment_id, 'pipeline': things.pipeline.pipeline_id,
        'version': things.version.pipeline_version_id, 'run': things.run.run_id,
    }
    headers = {} if token is None else {'Authorization': f'Bearer {token}'}
    answer = requests.request(method, server.host + path.format(**ids), headers=headers, timeout=30)
    assert answer.status_code == 401, answer.text
    for word in things.words:
        assert word not in answer.text


@pytest.mark.parametrize('header', ['kubeflow-userid', 'X-Goog-Authenticated-User-Email', 'x-forwarded-user', 'remote-user'])
def test_a_name_in_a_header_is_not_believed(server, things, header):
    answer = requests.get(
        f'{server.host}/apis/v2beta1/runs/{things.run.run_id}', headers={header: 'alice'}, timeout=30)
    assert answer.status_code == 401, answer.text


def test_a_token_may_be_bound_to_a_namespace_and_to_reading(server, things):
    server.command('profile', 'add', 'team-c', '--owner', 'alice')
    narrow = kfp.Client(host=server.host, existing_token=server.command('token', 'create', 'alice', '--namespace', 'team-c').strip())
    narrow.list_runs(namespace='team-c')
    with refused(403):
        narrow.get_run(things.run.run_id)
    reading = kfp.Client(host=server.host, existing_token=server.command('token', 'create', 'alice', '--read-only').strip())
    assert reading.get_run(things.run.run_id).run_id == things.run.run_id
    with refused(403):
        reading.archive_run(things.run.run_id)


def test_what_changes_in_a_profile_holds_at_once(server, client):
    server.command('profile', 'add', 'team-d', '--owner', 'bob')
    with refused(403):
        client('mallory').list_runs(namespace='team-d')
    server.command('profile', 'share', 'team-d', 'mallory', '--role', 'view')
    client('mallory').list_runs(namespace='team-d')


def test_commands_tell_what_they_did_as_json(server):
    made = json.loads(server.command('user', 'add', 'nadia', '--password-stdin', '--output', 'json', text='the password of nadia\n'))
    assert 'nadia' in json.dumps(made)
