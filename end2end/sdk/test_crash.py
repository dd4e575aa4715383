"""The server is killed again and again, at moments that a seed chooses, while runs of ten pipelines go on. No run is lost
or stuck, no finished step runs again, and the log of every step is whole. MOORING_CRASHES says how often it is killed."""

import os
import random
import time

import mooring

CRASHES = int(os.environ.get('MOORING_CRASHES', '25'))
SEED = int(os.environ.get('MOORING_CRASH_SEED', '7'))
RUNS_AT_ONCE = 4


def step(seconds: float):
    # What a step says tells whether it ran once and to its end.
    script = f'echo begins; sleep {seconds}; printf x > "$0"; echo ends'
    return {'container': {'image': 'busybox', 'command': ['sh', '-c', script], 'args': ["{{$.outputs.artifacts['made'].path}}"]}}


def pipeline(name: str, tasks: dict, components: dict) -> dict:
    made = {'artifacts': {'made': {'artifactType': {'schemaTitle': 'system.Artifact', 'schemaVersion': '0.0.1'}}}}
    return {
        'pipelineInfo': {'name': name}, 'schemaVersion': '2.1.0', 'root': {'dag': {'tasks': tasks}},
        'deploymentSpec': {'executors': {'quick': step(0.05), 'slow': step(0.4)}},
        'components': {
            'quick': {'executorLabel': 'quick', 'outputDefinitions': made}, 'slow': {'executorLabel': 'slow', 'outputDefinitions': made},
            **components},
    }


def task(component: str, after=(), **more) -> dict:
    return {'componentRef': {'name': component}, 'taskInfo': {'name': component}, 'dependentTasks': list(after), **more}


def chain(length: int, component: str) -> dict:
    return {f's{n}': task(component, [f's{n - 1}'] if n else []) for n in range(length)}


def looped(component: str, count: int, limit: int) -> dict:
    items = '[' + ', '.join(map(str, range(count))) + ']'
    return task(component, parameterIterator={'itemInput': 'item', 'items': {'raw': items}}, iteratorPolicy={'parallelismLimit': limit})


def group(tasks: dict) -> dict:
    return {'dag': {'tasks': tasks}}


def body(tasks: dict) -> dict:
    return {**group(tasks), 'inputDefinitions': {'parameters': {'item': {'parameterType': 'NUMBER_INTEGER'}}}}


ANYWAY = {'triggerPolicy': {'strategy': 'ALL_UPSTREAM_TASKS_COMPLETED'}}
PIPELINES = [
    pipeline('chain', chain(5, 'quick'), {}),
    pipeline('slow-chain', chain(3, 'slow'), {}),
    pipeline('fan', {f'f{n}': task('quick') for n in range(6)}, {}),
    pipeline('diamond', {'a': task('quick'), 'b': task('slow', ['a']), 'c': task('quick', ['a']), 'd': task('quick', ['b', 'c'])}, {}),
    pipeline('loop', {'l': looped('body', 6, 0)}, {'body': body({'one': task('quick')})}),
    pipeline('narrow-loop', {'l': looped('body', 5, 1)}, {'body': body({'one': task('quick')})}),
    pipeline('nested', {'g': task('group')}, {'group': group({'h': task('inner')}), 'inner': group(chain(3, 'quick'))}),
    pipeline('loop-of-chains', {'l': looped('body', 3, 2)}, {'body': body(chain(2, 'slow'))}),
    pipeline('exit', {'g': task('group'), 'exit': task('quick', ['g'], **ANYWAY)}, {'group': group(chain(2, 'slow'))}),
    pipeline('retried', {'a': task('slow', retryPolicy={'maxRetryCount': 3}), 'b': task('quick', ['a'])}, {}),
]


def test_no_crash_loses_a_run_or_repeats_a_step(tmp_path):
    chance = random.Random(SEED)
    for fragile in mooring.running(tmp_path):
        made = fragile.request('POST', '/apis/v2beta1/experiments', 'alice', json={'display_name': 'through crashes', 'namespace': 'team-a'})
        experiment = made.json()['experiment_id']
        runs = '/apis/v2beta1/runs?namespace=team-a&page_size=200'
        started = 0

        def all_runs():
            found, page = [], ''
            while True:
                answer = fragile.request('GET', f'{runs}&page_token={page}', 'alice').json()
                found += answer.get('runs', [])
                page = answer.get('next_page_token')
                if not page:
                    return found

        def start_one():
            nonlocal started
            asked = {'display_name': f'run {started}', 'experiment_id': experiment, 'pipeline_spec': PIPELINES[started % len(PIPELINES)]}
            started += 1
            assert fragile.request('POST', '/apis/v2beta1/runs', 'alice', json=asked).status_code == 200

        def fill():
            open_runs = [run for run in all_runs() if run['state'] not in ('SUCCEEDED', 'FAILED', 'CANCELED')]
            for _ in range(RUNS_AT_ONCE - len(open_runs)):
                start_one()

        fill()
        for crash in range(CRASHES):
            time.sleep(chance.uniform(0, 0.5))
            fragile.kill()
            fragile.spawn()
            # Some of its lives end before it can answer.
            if chance.random() < 0.6:
                fragile.wait_until_up()
                fill()
        fragile.wait_until_up()
        for _ in range(len(PIPELINES)):
            start_one()
        until = time.monotonic() + 240
        while True:
            found = all_runs()
            if all(run['state'] in ('SUCCEEDED', 'FAILED', 'CANCELED') for run in found):
                break
            assert time.monotonic() < until, [(run['display_name'], run['state']) for run in found]
            time.sleep(0.3)
        assert len(found) == started >= len(PIPELINES)
        assert {run['state'] for run in found} == {'SUCCEEDED'}, [run for run in found if run['state'] != 'SUCCEEDED'][:2]
        logs = sorted(fragile.data.glob('engine/runs/team-a/*/steps/*/log'))
        wrong = [(log, log.read_text()) for log in logs if log.read_text() != 'begins\nends\n']
        assert not wrong, wrong[:3]
        again = [path for path in fragile.data.glob('engine/runs/team-a/*/steps/*/1')]
        assert not again
        print(f'\n{CRASHES} crashes (seed {SEED}), {started} runs, {len(logs)} steps: nothing lost, nothing twice')
