"""Ten steps, each after the one before: what a step costs shows here."""

from kfp import dsl


@dsl.component
def increase(number: int) -> int:
    return number + 1


@dsl.pipeline(name='chain', description='Ten small steps one after the other.')
def chain(number: int = 0) -> int:
    task = increase(number=number).set_caching_options(False)
    for _ in range(9):
        task = increase(number=task.output).set_caching_options(False)
    return task.output
