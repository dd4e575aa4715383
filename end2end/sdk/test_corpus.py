"""Pipelines of others, as upstream compiles them, ending as upstream says. They lie beside this repository on the
machines of its developers; nothing of them is kept here."""

import csv
import io
import json
import os
import pathlib
import re
import types
from typing import Dict, List, Optional

import kfp
import kfp_server_api
import pytest
import yaml

from expect import finished

CORPUS = pathlib.Path(__file__).parents[3] / 'shared' / 'corpus'
# One for each feature. MOORING_CORPUS=all runs every pipeline that the catalogue says runs without a network, and those
# that need secrets and volumes: `make corpus`.
CHOSEN = [
    'v2/valid/arguments_parameters.yaml',
    'v2/valid/collected_artifacts.yaml',
    'v1_argo/v1_exit_handler_ok.yaml',
    'v1_argo/v1_graph_component_recursion.yaml',
    'v1_argo/v1_loop_output_dicts.yaml',
    'v1_argo/v1_three_step.yaml',
    'v2/valid/critical/artifact_crust.yaml',
    'v2/valid/critical/collected_parameters.yaml',
    'v2/valid/critical/container_component_with_no_inputs.yaml',
    'v2/valid/critical/flip_coin.yaml',
    'v2/valid/critical/if_else_with_oneof_artifacts.yaml',
    'v2/valid/critical/mixed_parameters.yaml',
    'v2/valid/critical/multiple_artifacts_namedtuple.yaml',
    'v2/valid/critical/parallel_for_after_dependency.yaml',
    'v2/valid/critical/pipeline_with_input_status_state.yaml',
    'v2/valid/critical/pipeline_with_placeholders.yaml',
    'v2/valid/critical/pipeline_with_retry.yaml',
    'v2/valid/critical/producer_consumer_param_pipeline.yaml',
    'v2/valid/essential/component_with_env_variable.yaml',
    'v2/valid/essential/dict_input.yaml',
    'v2/valid/essential/pipeline_with_metrics_outputs.yaml',
    'v2/valid/failing/fail_v2.yaml',
    'v2/valid/failing/pipeline_with_exit_handler.yaml',
    'v2/valid/hello_world.yaml',
    'v2/valid/if_elif_else_complex.yaml',
    'v2/valid/parallel_and_nested/pipeline_in_pipeline_complex.yaml',
    'v2/samples/loop_parallelism__pipeline.yaml',
    'v2/samples/nested_condition__my_pipeline.yaml',
    'v2/own/own_container_optional.yaml',
    'v2/own/own_exit_success.yaml',
    'v2/own/own_fail_blocks_downstream.yaml',
    'v2/own/own_fail_missing_output.yaml',
    'v2/own/own_if_elif_else_oneof.yaml',
    'v2/own/own_ignore_upstream_failure_run.yaml',
    'v2/own/own_loop_isolation.yaml',
    'v2/own/own_loop_nested_inner_outer.yaml',
    'v2/own/own_nested_three_levels.yaml',
    'v2/own/own_outputpath_param.yaml',
    'v2/own/own_retry_exhausted.yaml',
    'v2/own/own_root_params.yaml',
    'v2/own/own_skipped_downstream_ok.yaml',
    'v2/own/own_types_roundtrip.yaml',
]

if not CORPUS.exists():
    pytest.skip(f'NOT TESTED: pipelines of others, as {CORPUS} is not there', allow_module_level=True)


# Where this machine ends otherwise than the catalogue says, and why.
DEVIATIONS = {
    # The catalogue's own words: "fail upstream, downstream still runs -> run FAILED".
    'v2/valid/local_execution/local_execution_pipeline_with_ignore_upstream_failure.yaml': 'FAILED',
    # "fail unless env http_proxy is injected": steps get the proxy of the server, so it depends on the machine.
    'v2/valid/env-var.yaml': None,
    # "unclear": items whose task was skipped have no entry in what is collected.
    'v2/valid/conditional_producer_and_consumers.yaml': None,
    # The backend's known issue (12033) is none here.
    'v2/valid/pipeline_with_parallelfor_list_artifacts_GH-12033.yaml': 'SUCCEEDED',
    # The catalogue sees a failing step; there is none in it.
    'v2/valid/pipeline_with_task_final_status_yaml.yaml': 'SUCCEEDED',
    # It asserts that a variable which nothing sets is empty; Python says None, on a cluster too.
    'v2/valid/create_pod_metadata_complex.yaml': 'FAILED',
    # Its step counts its attempts in a file of its own container, of which every attempt has a new one, on a cluster too.
    'v2/valid/local_execution/local_execution_pipeline_with_retry.yaml': 'FAILED',
    # A step is one process here: what needs a second container in its pod is refused when the run is made.
    'v1_argo/v1_init_container.yaml': 'REFUSED',
    'v1_argo/v1_sidecar.yaml': 'REFUSED',
    # Its container opens the URIs itself and knows gs:// only, so it needs a root of that kind.
    'v2/valid/artifacts_simple.yaml': 'FAILED',
}
# Compiled by an SDK that does not have yet what they use (upstream's tests put its newest source in its place).
NEWER_SDK = ['v2/valid/critical/pipeline_with_artifact_custom_path.yaml', 'v2/valid/essential/embedded_artifact.yaml']
# The secrets and config maps that upstream's own end-to-end tests find on their cluster.
SECRETS = {
    'test-secret-1': {'username': 'user1'}, 'test-secret-2': {'password': 'psw1'}, 'test-secret-3': {'password': 'psw2'},
}


def catalogue() -> Dict[str, Optional[str]]:
    """The file of each pipeline that can run here, and how it ends; `None` for either end."""
    rows = csv.DictReader(io.StringIO((CORPUS / 'catalogue.tsv').read_text()), delimiter='\t')
    ends = {}
    for row in rows:
        if row['runnable without network'] not in ('yes', 'yes-sh', 'emulate'):
            continue
        if not row['kind'].startswith(('v2 IR', 'v1 argo')):
            continue
        if row['file'] in DEVIATIONS:
            ends[row['file']] = DEVIATIONS[row['file']]
        elif row['expected'].startswith('success'):
            ends[row['file']] = 'SUCCEEDED'
        elif row['expected'].startswith('fail'):
            ends[row['file']] = 'FAILED'
        elif row['expected'].startswith('parse-only'):
            ends[row['file']] = 'REFUSED'
    return ends


ENDS = catalogue()
FILES: List[str] = list(ENDS) if os.environ.get('MOORING_CORPUS') == 'all' else CHOSEN


def arguments(file: pathlib.Path) -> Dict[str, object]:
    """Values for what has no default, by type, as upstream's own end-to-end tests give them."""
    by_type = {
        'NUMBER_INTEGER': 7, 'NUMBER_DOUBLE': 0.5, 'STRING': 'abcdefghijklmnopqrst', 'BOOLEAN': True, 'LIST': ['one'],
        'STRUCT': {'A': '1', 'B': '2'},
    }
    spec = next(yaml.safe_load_all(file.read_text()))
    definitions = spec['root'].get('inputDefinitions', {}).get('parameters', {})
    return {
        name: by_type[definition['parameterType']] for name, definition in definitions.items()
        if 'defaultValue' not in definition and not definition.get('isOptional')
    }


def start_workflow(server, file: str, experiment: str):
    """kfp 2's client takes no v1 package, so it is asked for directly."""
    answer = server.request('POST', '/apis/v2beta1/runs', 'alice', json={
        'display_name': file, 'experiment_id': experiment, 'pipeline_spec': yaml.safe_load((CORPUS / file).read_text())})
    if answer.status_code == 400:
        return kfp_server_api.ApiException(http_resp=types.SimpleNamespace(
            status=400, reason='', data=answer.text, getheaders=dict))
    assert answer.ok, answer.text
    return types.SimpleNamespace(run_id=answer.json()['run_id'])


@pytest.fixture(scope='module')
def started(server, alice, tmp_path_factory):
    """All of them at once: the server, not the test, decides how many run side by side."""
    for name, entries in SECRETS.items():
        for key, value in entries.items():
            server.give_secret('team-a', name, key, value)
    experiment = alice.create_experiment('pipelines of others', namespace='team-a')
    runs = {}
    for file in FILES:
        package = CORPUS / file
        if file in NEWER_SDK:
            newer = re.sub("'kfp==2[.0-9]*'", f"'kfp=={kfp.__version__}'", package.read_text())
            package = tmp_path_factory.mktemp('newer') / 'package.yaml'
            package.write_text(newer)
        if file.startswith('v1_argo/'):
            runs[file] = start_workflow(server, file, experiment.experiment_id)
            continue
        try:
            runs[file] = alice.create_run_from_pipeline_package(
                str(package), arguments=arguments(CORPUS / file), run_name=file, experiment_id=experiment.experiment_id)
        except kfp_server_api.ApiException as refusal:
            assert refusal.status == 400, refusal
            runs[file] = refusal
    return runs


@pytest.fixture(scope='module')
def table(tmp_path_factory):
    """What became of each, as a table: in the test's output, and in the file that MOORING_CORPUS_TABLE names."""
    rows = []
    yield rows
    text = '\n'.join(['pipeline\texpected\tended\ttasks\tseconds\twhy', *('\t'.join(row) for row in sorted(rows))]) + '\n'
    target = os.environ.get('MOORING_CORPUS_TABLE') or tmp_path_factory.mktemp('corpus') / 'corpus.tsv'
    pathlib.Path(target).write_text(text)
    print(f'\n{text}')


@pytest.mark.parametrize('file', FILES)
def test_it_ends_as_the_catalogue_says(server, alice, started, table, file):
    run = started[file]
    if isinstance(run, kfp_server_api.ApiException):
        table.append((file, str(ENDS[file]), 'REFUSED', '0', '0', json.loads(run.body)['message'].replace('\n', ' ')[:200]))
        assert ENDS[file] == 'REFUSED', run.body
        return
    ended = finished(alice, run)
    why = ended.error.message if ended.error else ''
    seconds = (ended.finished_at - ended.created_at).total_seconds()
    count = len(ended.run_details.task_details or [])
    table.append((file, str(ENDS[file]), ended.state, str(count), f'{seconds:.0f}', why.replace('\n', ' ')[:200]))
    assert ENDS[file] in (ended.state, None), why
    if ended.state == 'FAILED':
        assert why


@pytest.mark.parametrize('file', ['invalid-zip.zip', 'invalid_yaml.yaml', 'no_name.yaml', 'wrong_format.png'])
def test_what_is_no_pipeline_is_refused(server, file):
    content = (CORPUS / 'v2' / 'invalid' / file).read_bytes()
    answer = server.request(
        'POST', f'/apis/v2beta1/pipelines/upload?name={file}&namespace=team-a', 'alice', files={'uploadfile': (file, content)})
    assert answer.status_code == 400, answer.text
