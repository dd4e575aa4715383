"""The two programs of Kubeflow 1.7's page on multi-user isolation, with a token file where the cluster mounts one."""

import kfp
import kfp.auth
import kfp_server_api


def test_the_program_with_the_sdk(server, token_file, pipeline, name):
    credentials = kfp.auth.ServiceAccountTokenVolumeCredentials(path=token_file('alice'))
    client = kfp.Client(host=server.host, credentials=credentials)
    experiment = client.create_experiment(name=name, namespace='team-a')
    assert experiment.id in [one.id for one in client.list_experiments(namespace='team-a', page_size=100).experiments]
    run = client.run_pipeline(experiment_id=experiment.id, job_name=name, pipeline_id=pipeline)
    assert [one.id for one in client.list_runs(experiment_id=experiment.id).runs] == [run.id]
    assert run.id in [one.id for one in client.list_runs(namespace='team-a', page_size=100).runs]


def test_the_program_with_the_rest_client(server, token_file, pipeline, name):
    credentials = kfp.auth.ServiceAccountTokenVolumeCredentials(path=token_file('alice'))
    client = kfp.Client(host=server.host, credentials=credentials)
    experiment = client._experiment_api.create_experiment(
        body=kfp_server_api.ApiExperiment(
            name=name,
            resource_references=[
                kfp_server_api.ApiResourceReference(
                    key=kfp_server_api.ApiResourceKey(id='team-a', type=kfp_server_api.ApiResourceType.NAMESPACE),
                    relationship=kfp_server_api.ApiRelationship.OWNER)
            ]))
    run = client._run_api.create_run(
        body=kfp_server_api.ApiRun(
            name=name,
            pipeline_spec=kfp_server_api.ApiPipelineSpec(pipeline_id=pipeline),
            resource_references=[
                kfp_server_api.ApiResourceReference(
                    key=kfp_server_api.ApiResourceKey(id=experiment.id, type=kfp_server_api.ApiResourceType.EXPERIMENT),
                    relationship=kfp_server_api.ApiRelationship.OWNER)
            ])).run
    by_experiment = client._run_api.list_runs(
        resource_reference_key_type=kfp_server_api.ApiResourceType.EXPERIMENT, resource_reference_key_id=experiment.id)
    assert [one.id for one in by_experiment.runs] == [run.id]
    by_namespace = client._run_api.list_runs(
        resource_reference_key_type=kfp_server_api.ApiResourceType.NAMESPACE, resource_reference_key_id='team-a', page_size=100)
    assert run.id in [one.id for one in by_namespace.runs]

