"""Pipelines of others, as upstream compiles them, ending as upstream says. They lie beside this repository on the
machines of its developers; nothing of them is kept here."""

import csv
import io
import os
import pathlib
from typing import Dict, List

import pytest
import yaml

from expect import finished

CORPUS = pathlib.Path(__file__).parents[3] / 'shared' / 'corpus'
# One for each feature of the slice. artifacts_simple.yaml is not among them: its container step opens URIs itself and knows
# gs:// only, so it needs a root of that kind. MOORING_CORPUS=all runs every pipeline that the catalogue says runs without a network.
CHOSEN = [
    'v2/valid/arguments_parameters.yaml',
    'v2/valid/collected_artifacts.yaml',
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


def catalogue() -> Dict[str, str]:
    """The file of each pipeline that can run here, and how it ends."""
    rows = csv.DictReader(io.StringIO((CORPUS / 'catalogue.tsv').read_text()), delimiter='\t')
    ends = {}
    for row in rows:
        if row['runnable without network'] not in ('yes', 'yes-sh') or not row['kind'].startswith('v2 IR'):
            continue
        if row['expected'].startswith('success'):
            ends[row['file']] = 'SUCCEEDED'
        elif row['expected'].startswith('fail'):
            ends[row['file']] = 'FAILED'
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


@pytest.fixture(scope='module')
def started(alice):
    """All of them at once: the server, not the test, decides how many run side by side."""
    experiment = alice.create_experiment('pipelines of others', namespace='team-a')
    return {
        file: alice.create_run_from_pipeline_package(
            str(CORPUS / file), arguments=arguments(CORPUS / file), run_name=file, experiment_id=experiment.experiment_id)
        for file in FILES
    }


@pytest.mark.parametrize('file', FILES)
def test_it_ends_as_the_catalogue_says(alice, started, file):
    ended = finished(alice, started[file])
    assert ended.state == ENDS[file], ended.error
    if ended.state == 'FAILED':
        assert ended.error.message


@pytest.mark.parametrize('file', ['invalid-zip.zip', 'invalid_yaml.yaml', 'no_name.yaml', 'wrong_format.png'])
def test_what_is_no_pipeline_is_refused(server, file):
    content = (CORPUS / 'v2' / 'invalid' / file).read_bytes()
    answer = server.request(
        'POST', f'/apis/v2beta1/pipelines/upload?name={file}&namespace=team-a', 'alice', files={'uploadfile': (file, content)})
    assert answer.status_code == 400, answer.text
