"""Whatever happens inside, the last step runs and is told how it went."""

from kfp import dsl
from kfp.dsl import PipelineTaskFinalStatus


@dsl.component
def work(fail: bool):
    if fail:
        raise RuntimeError('asked to fail')


@dsl.component
def tidy_up(door: str, status: PipelineTaskFinalStatus):
    import urllib.request
    urllib.request.urlopen(f'{door}?state={status.state}', timeout=30).read()


@dsl.pipeline(name='exit-handler', description='A step that may fail, and one that always runs after it.')
def exit_handler(door: str, fail: bool = False):
    last = tidy_up(door=door).set_caching_options(False)
    with dsl.ExitHandler(last):
        work(fail=fail)
