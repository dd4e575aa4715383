"""Every call of the first generation's client, as its users make it, and who is refused."""

import json

import kfp_server_api
import pytest


def refused(status: int):
    return pytest.raises(kfp_server_api.ApiException, check=lambda error: error.status == status)


def test_the_server_says_that_it_is_for_many(alice):
    assert alice.get_kfp_healthz().multi_user is True


def test_experiments(alice, name):
    made = alice.create_experiment(name, description='d', namespace='team-a')
    assert alice.create_experiment(name, namespace='team-a').id == made.id
    assert alice.get_experiment(experiment_id=made.id).description == 'd'
    assert alice.get_experiment(experiment_name=name, namespace='team-a').id == made.id
    named = json.dumps({'predicates': [{'op': 1, 'key': 'name', 'stringValue': name}]})
    assert [one.id for one in alice.list_experiments(namespace='team-a', filter=named).experiments] == [made.id]
    alice.archive_experiment(made.id)
    assert alice.get_experiment(experiment_id=made.id).storage_state == 'STORAGESTATE_ARCHIVED'
    alice.experiments.unarchive_experiment(made.id)
    alice.delete_experiment(made.id)
    with refused(404):
        alice.get_experiment(experiment_id=made.id)


def test_pages_of_experiments_in_order(alice, name):
    made = [alice.create_experiment(f'{name} page {number}', namespace='team-a').id for number in range(3)]
    seen, token = [], ''
    while True:
        page = alice.list_experiments(namespace='team-a', page_size=2, page_token=token, sort_by='created_at desc')
        seen += [one.id for one in page.experiments]
        token = page.next_page_token
        if not token:
            break
    assert len(seen) == len(set(seen)) and set(made) <= set(seen)


def test_pipelines_and_versions(server, alice, hello, pipeline, name):
    assert alice.get_pipeline(pipeline).default_version.id
    made = alice.upload_pipeline_version(hello, f'{name} v2', pipeline_id=pipeline, description='again')
    listed = alice.list_pipeline_versions(pipeline, page_size=10).versions
    assert [one.name for one in listed] == [name, f'{name} v2']
    assert alice.get_pipeline(pipeline).default_version.id == made.id
    assert 'pipelineInfo' in alice.pipelines.get_template(pipeline).template
    assert 'pipelineInfo' in alice.pipelines.get_pipeline_version_template(made.id).template
    alice.pipelines.update_pipeline_default_version(pipeline, made.id)
    alice.delete_pipeline_version(made.id)
    alice.delete_pipeline(pipeline)
    with refused(404):
        alice.get_pipeline(pipeline)


def test_a_shared_pipeline_is_for_the_platform_admin_to_upload(alice, hello, name):
    with refused(403):
        alice.upload_pipeline(hello, pipeline_name=name)
    assert alice.get_pipeline_id(name) is None


def test_runs(alice, pipeline, name):
    experiment = alice.create_experiment(name, namespace='team-a')
    run = alice.run_pipeline(experiment.id, name, pipeline_id=pipeline, params={'recipient': 'the first generation'})
    ended = alice.wait_for_run_completion(run.id, 300)
    assert ended.run.status == 'Succeeded'
    assert [one.key.type for one in ended.run.resource_references] == ['EXPERIMENT', 'NAMESPACE', 'PIPELINE_VERSION']
    workflow = json.loads(ended.pipeline_runtime.workflow_manifest)
    pods = [node for node in workflow['status']['nodes'].values() if node['type'] == 'Pod']
    assert pods and {pod['phase'] for pod in pods} == {'Succeeded'}
    assert workflow['metadata']['labels']['pipeline/runid'] == run.id
    alice.runs.report_run_metrics(run.id, {'metrics': [{'name': 'acc', 'node_id': pods[0]['id'], 'number_value': 0.5}]})
    assert alice.get_run(run.id).run.metrics[0].number_value == 0.5
    alice.runs.archive_run(run.id)
    archived = json.dumps({'predicates': [{'op': 1, 'key': 'storage_state', 'stringValue': 'STORAGESTATE_ARCHIVED'}]})
    assert [one.id for one in alice.list_runs(experiment_id=experiment.id, filter=archived).runs] == [run.id]
    alice.runs.unarchive_run(run.id)
    with refused(400):
        alice.runs.terminate_run(run.id)
    alice.runs.delete_run(run.id)
    with refused(404):
        alice.get_run(run.id)


def test_a_run_from_a_package(alice, hello, name):
    result = alice.create_run_from_pipeline_package(
        hello, arguments={'recipient': 'a package'}, run_name=name, experiment_name=name, namespace='team-a')
    assert result.wait_for_run_completion(300).run.status == 'Succeeded'


@pytest.fixture(scope='module')
def things(alice, hello, server):
    experiment = alice.create_experiment('treasure experiment', namespace='team-a')
    with open(hello, 'rb') as package:
        pipeline = server.request(
            'POST', '/apis/v1beta1/pipelines/upload', 'alice', params={'name': 'treasure pipeline', 'namespace': 'team-a'},
            files={'uploadfile': package}).json()
    run = alice.run_pipeline(experiment.id, 'treasure run', pipeline_id=pipeline['id'], params={'recipient': 'treasure parameter'})
    alice.wait_for_run_completion(run.id, 300)
    return {'experiment': experiment.id, 'pipeline': pipeline['id'], 'version': pipeline['default_version']['id'], 'run': run.id}


READS = {
    'get experiment': lambda client, has: client.get_experiment(experiment_id=has['experiment']),
    'list experiments': lambda client, has: client.list_experiments(namespace='team-a'),
    'get pipeline': lambda client, has: client.get_pipeline(has['pipeline']),
    'list versions': lambda client, has: client.list_pipeline_versions(has['pipeline']),
    'template': lambda client, has: client.pipelines.get_template(has['pipeline']),
    'version template': lambda client, has: client.pipelines.get_pipeline_version_template(has['version']),
    'get run': lambda client, has: client.get_run(has['run']),
    'list runs by experiment': lambda client, has: client.list_runs(experiment_id=has['experiment']),
    'list runs by namespace': lambda client, has: client.list_runs(namespace='team-a'),
}

WRITES = {
    'archive experiment': lambda client, has, package: client.archive_experiment(has['experiment']),
    'delete experiment': lambda client, has, package: client.delete_experiment(has['experiment']),
    'upload version': lambda client, has, package: client.upload_pipeline_version(package, 'planted', pipeline_id=has['pipeline']),
    'delete version': lambda client, has, package: client.delete_pipeline_version(has['version']),
    'delete pipeline': lambda client, has, package: client.delete_pipeline(has['pipeline']),
    'default version': lambda client, has, package: client.pipelines.update_pipeline_default_version(has['pipeline'], has['version']),
    'run': lambda client, has, package: client.run_pipeline(has['experiment'], 'planted', pipeline_id=has['pipeline']),
    'run package': lambda client, has, package: client.run_pipeline(has['experiment'], 'planted', package),
    'metrics': lambda client, has, package: client.runs.report_run_metrics(has['run'], {'metrics': []}),
    'archive run': lambda client, has, package: client.runs.archive_run(has['run']),
    'terminate run': lambda client, has, package: client.runs.terminate_run(has['run']),
    'delete run': lambda client, has, package: client.runs.delete_run(has['run']),
}


@pytest.mark.parametrize('call', READS)
@pytest.mark.parametrize('who', ['bob', 'mallory'])
def test_an_outsider_reads_nothing(client, things, who, call):
    with refused(403) as caught:
        READS[call](client(who), things)
    assert 'treasure' not in caught.value.body


@pytest.mark.parametrize('call', READS)
@pytest.mark.parametrize('who', ['alice', 'vera'])
def test_members_read_everything(client, things, who, call):
    READS[call](client(who), things)


@pytest.mark.parametrize('call', WRITES)
@pytest.mark.parametrize('who', ['bob', 'mallory', 'vera'])
def test_whoever_may_not_write_changes_nothing(client, alice, things, hello, who, call):
    def everything():
        return str([
            alice.get_experiment(experiment_id=things['experiment']), alice.get_pipeline(things['pipeline']),
            alice.list_pipeline_versions(things['pipeline']), alice.list_runs(experiment_id=things['experiment'])])
    before = everything()
    with refused(403):
        WRITES[call](client(who), things, hello)
    assert everything() == before


@pytest.mark.parametrize('path', [
    '/experiments?resource_reference_key.type=NAMESPACE&resource_reference_key.id=team-a', '/experiments/{experiment}',
    '/pipelines/{pipeline}', '/pipelines/{pipeline}/templates', '/pipeline_versions/{version}', '/runs/{run}',
    '/runs?resource_reference_key.type=NAMESPACE&resource_reference_key.id=team-a',
])
def test_nobody_gets_nothing(server, things, path):
    answer = server.request('GET', f'/apis/v1beta1{path.format(**things)}')
    assert answer.status_code == 401 and 'treasure' not in answer.text
