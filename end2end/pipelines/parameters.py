"""Parameters of every type, given, defaulted, passed between steps and checked on arrival."""

from typing import Dict, List

from kfp import dsl


@dsl.component
def double(number: int) -> int:
    return number * 2


@dsl.component
def join(words: List[str], separator: str = '-') -> str:
    return separator.join(words)


@dsl.component
def check(number: int, ratio: float, yes: bool, text: str, settings: Dict[str, int], note: str = 'left out'):
    assert (number, type(number)) == (42, int), number
    assert ratio == 0.5, ratio
    assert yes is True, yes
    assert text == 'a "quoted" word-ünï€-{{not a placeholder}}', text
    assert settings == {'depth': 3, 'width': 7}, settings
    assert note == 'left out', note


@dsl.pipeline(name='parameters', description='Parameters of every type from step to step.')
def parameters(
    number: int = 21,
    ratio: float = 0.5,
    yes: bool = True,
    words: List[str] = ['a "quoted" word', 'ünï€', '{{not a placeholder}}'],
    settings: Dict[str, int] = {'depth': 3, 'width': 7},
):
    check(
        number=double(number=number).output,
        ratio=ratio,
        yes=yes,
        text=join(words=words).output,
        settings=settings,
    )
