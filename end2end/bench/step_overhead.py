"""What a step costs beyond its own process: the same pipelines as bare processes, by kfp.local, and by Mooring, in one run.

    step_overhead.py [--rounds 5] [--json FILE]

CPU seconds are those of all processes that took part, the server's own included; wall time is from the call until the
result is there. The first round of each is left out: it fills caches (Mooring makes a Python environment then).
"""

import argparse
import ctypes
import json
import os
import pathlib
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parent / 'sdk'), str(HERE.parent / 'pipelines')]

import compile as samples  # noqa: E402
import mooring  # noqa: E402
import requests  # noqa: E402
import yaml  # noqa: E402

PIPELINES = {'hello': 1, 'chain': 10}
TICKS = os.sysconf('SC_CLK_TCK')
PR_SET_CHILD_SUBREAPER = 36


def processes_below(root: int) -> list:
    """The ids of all living descendants."""
    children = {}
    for folder in pathlib.Path('/proc').glob('[0-9]*'):
        try:
            fields = (folder / 'stat').read_text().rsplit(')', 1)[1].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(folder.name))
    found, todo = [], [root]
    while todo:
        for child in children.get(todo.pop(), []):
            found.append(child)
            todo.append(child)
    return found


def cpu_seconds() -> float:
    """Of all that descends from here, living and waited for, without this process itself. Orphans are adopted, so that none is missed."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    total = spent.ru_utime + spent.ru_stime
    for process in processes_below(os.getpid()):
        try:
            fields = pathlib.Path(f'/proc/{process}/stat').read_text().rsplit(')', 1)[1].split()
        except OSError:
            continue
        total += sum(int(field) for field in fields[11:15]) / TICKS
    return total


def measured(action) -> tuple:
    """CPU and wall seconds of one call."""
    cpu, wall = cpu_seconds(), time.monotonic()
    action()
    return cpu_seconds() - cpu, time.monotonic() - wall


class Bare:
    """Each step is what the launcher would start, and nothing else: no installing, no orchestration."""

    def __init__(self, folder: pathlib.Path, package: pathlib.Path, steps: int):
        spec = yaml.safe_load(package.read_text())
        # All steps of the samples measured here are the same component.
        executor = next(iter(spec['deploymentSpec']['executors'].values()))
        # The last element of the command is the component's source; its arguments name the function.
        source = next(text for text in executor['container']['command'] if 'def ' in text and 'kfp' in text and 'import' in text and 'pip' not in text)
        self._module = folder / f'{package.stem}_module.py'
        self._module.write_text(source)
        self._function = re.search(r'^def (\w+)\(', source, re.M)[1]
        parameter = next(iter(next(iter(spec['components'].values()))['inputDefinitions']['parameters']))
        self._input = json.dumps({
            'inputs': {'parameterValues': {parameter: 'world' if parameter == 'recipient' else 0}},
            'outputs': {'parameters': {'Output': {'outputFile': str(folder / 'output')}}, 'outputFile': str(folder / 'executor.json')},
        })
        self._steps = steps

    def __call__(self):
        for _ in range(self._steps):
            subprocess.run(
                [sys.executable, '-m', 'kfp.dsl.executor_main', '--component_module_path', str(self._module),
                 '--executor_input', self._input, '--function_to_execute', self._function],
                # As the compiled command sets it: the package then imports only what a step needs.
                env={**os.environ, '_KFP_RUNTIME': 'true'}, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


class Local:
    """kfp.local with its SubprocessRunner, without a virtual environment, in a process that has imported everything already."""

    CODE = '''
import logging, resource, sys
sys.path.insert(0, sys.argv[1])
import compile as samples
from kfp import local
local.init(local.SubprocessRunner(use_venv=False), pipeline_root=sys.argv[2])
logging.disable(logging.CRITICAL)
pipelines = {name: samples.pipeline(name) for name in sys.argv[3:]}
print('ready', flush=True)
for line in sys.stdin:
    pipelines[line.strip()]()
    print('done', flush=True)
'''

    def __init__(self, folder: pathlib.Path):
        self._process = subprocess.Popen(
            [sys.executable, '-W', 'ignore', '-c', self.CODE, str(HERE.parent / 'pipelines'), str(folder), *PIPELINES],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self._until('ready')

    def _until(self, word: str):
        for line in self._process.stdout:
            if line.strip() == word:
                return
        raise RuntimeError('kfp.local ended')

    def __call__(self, pipeline: str):
        self._process.stdin.write(f'{pipeline}\n')
        self._process.stdin.flush()
        self._until('done')

    def close(self):
        self._process.stdin.close()
        self._process.wait()


class Mooring:

    def __init__(self, server: mooring.Server):
        self._server = server
        self._experiment = self._post('experiments', {'display_name': 'bench', 'namespace': 'team-a'})['experiment_id']

    def _post(self, noun: str, body: dict) -> dict:
        answer = self._server.request('POST', f'/apis/v2beta1/{noun}', 'alice', json=body)
        answer.raise_for_status()
        return answer.json()

    def __call__(self, package: pathlib.Path):
        run = self._post('runs', {
            'display_name': package.stem, 'experiment_id': self._experiment, 'pipeline_spec': yaml.safe_load(package.read_text())})
        while run['state'] not in ('SUCCEEDED', 'FAILED', 'CANCELED'):
            time.sleep(0.05)
            run = self._server.request('GET', f'/apis/v2beta1/runs/{run["run_id"]}', 'alice').json()
        assert run['state'] == 'SUCCEEDED', run


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument('--rounds', type=int, default=5)
    parser.add_argument('--json', type=pathlib.Path)
    options = parser.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)

    with tempfile.TemporaryDirectory(prefix='mooring-bench-') as name:
        folder = pathlib.Path(name)
        (folder / 'mooring').mkdir()
        packages = {pipeline: samples.compile_to(pipeline, folder) for pipeline in PIPELINES}
        server = mooring.Server(folder / 'mooring')
        server.settle()
        server.start()
        local = Local(folder)
        ours = Mooring(server)
        ways = {}
        for pipeline, steps in PIPELINES.items():
            ways[pipeline] = {
                'bare process': Bare(folder, packages[pipeline], steps),
                'kfp.local': lambda pipeline=pipeline: local(pipeline),
                'Mooring': lambda pipeline=pipeline: ours(packages[pipeline]),
            }
        figures = {pipeline: {way: [] for way in ways[pipeline]} for pipeline in PIPELINES}
        first = {}
        try:
            for number in range(options.rounds + 1):
                # In turns, so that whatever else the machine does falls on all of them.
                for pipeline in PIPELINES:
                    for way, action in ways[pipeline].items():
                        figure = measured(action)
                        if number:
                            figures[pipeline][way].append(figure)
                        else:
                            first[pipeline, way] = figure
        finally:
            local.close()
            server.stop()

    print(f'\nOverhead of a step, medians of {options.rounds} rounds ({os.cpu_count()} processors)\n')
    print('| pipeline | by | CPU s | wall s | CPU / bare | wall / bare | first wall s |')
    print('|---|---|---|---|---|---|---|')
    rows = []
    for pipeline, steps in PIPELINES.items():
        medians = {way: [statistics.median(column) for column in zip(*values)] for way, values in figures[pipeline].items()}
        bare = medians['bare process']
        for way, (cpu, wall) in medians.items():
            rows.append({'pipeline': pipeline, 'steps': steps, 'by': way, 'cpu_s': cpu, 'wall_s': wall})
            label = f'{pipeline} ({steps} step{"s" if steps > 1 else ""})'
            print(f'| {label} | {way} | {cpu:.2f} | {wall:.2f} | {cpu / bare[0]:.2f} | {wall / bare[1]:.2f} | {first[pipeline, way][1]:.2f} |')
    if options.json:
        options.json.write_text(json.dumps(rows, indent=2) + '\n')


if __name__ == '__main__':
    main()
