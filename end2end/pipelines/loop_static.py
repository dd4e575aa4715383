"""A loop over a list that is known when the pipeline is written, two at a time."""

from typing import List

from kfp import dsl


@dsl.component
def square(number: int) -> int:
    return number * number


@dsl.component
def check(found: List[int], expected: List[int]):
    assert found == expected, found


@dsl.pipeline(name='loop-static', description='Squares of a fixed list, collected in order.')
def loop_static():
    with dsl.ParallelFor([1, 2, 3, 4], parallelism=2) as number:
        squared = square(number=number)
    check(found=dsl.Collected(squared.output), expected=[1, 4, 9, 16])
