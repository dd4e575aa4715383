"""Pipelines within pipelines, three deep, with parameters down and results up."""

from kfp import dsl


@dsl.component
def increase(number: int, by: int = 1) -> int:
    return number + by


@dsl.component
def check(found: int, expected: int):
    assert found == expected, found


@dsl.pipeline(name='innermost')
def innermost(number: int) -> int:
    return increase(number=increase(number=number).output, by=10).output


@dsl.pipeline(name='middle')
def middle(number: int) -> int:
    return innermost(number=innermost(number=number).output).output


@dsl.pipeline(name='nested', description='Three levels of pipelines.')
def nested(number: int = 0):
    check(found=middle(number=number).output, expected=22)
