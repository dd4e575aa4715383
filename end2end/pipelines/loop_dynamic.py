"""A loop over a list that a step makes, with two steps in each turn; what they make is collected."""

from typing import Dict, List

from kfp import dsl


@dsl.component
def deal(count: int) -> List[Dict[str, int]]:
    return [{'left': n, 'right': n + 1} for n in range(count)]


@dsl.component
def add(left: int, right: int) -> int:
    return left + right


@dsl.component
def negate(number: int) -> int:
    return -number


@dsl.component
def check(found: List[int], count: int):
    assert found == [-(2 * n + 1) for n in range(count)], found


@dsl.pipeline(name='loop-dynamic', description='A list made by a step, a loop over it, and all results together.')
def loop_dynamic(count: int = 3):
    with dsl.ParallelFor(deal(count=count).output) as pair:
        negated = negate(number=add(left=pair.left, right=pair.right).output)
    check(found=dsl.Collected(negated.output), count=count)
