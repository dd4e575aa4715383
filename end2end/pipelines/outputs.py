"""Several results of one step, each used by another step."""

from typing import NamedTuple

from kfp import dsl


@dsl.component
def divide(dividend: int, divisor: int) -> NamedTuple('Division', quotient=int, remainder=int, words=str):
    from collections import namedtuple
    division = namedtuple('Division', ['quotient', 'remainder', 'words'])
    return division(dividend // divisor, dividend % divisor, f'{dividend} by {divisor}')


@dsl.component
def check(quotient: int, remainder: int, words: str):
    assert (quotient, remainder, words) == (5, 2, '17 by 3'), (quotient, remainder, words)


@dsl.pipeline(name='outputs', description='Several results of one step.')
def outputs(dividend: int = 17, divisor: int = 3):
    divided = divide(dividend=dividend, divisor=divisor)
    check(
        quotient=divided.outputs['quotient'],
        remainder=divided.outputs['remainder'],
        words=divided.outputs['words'],
    )
