"""A step that fails, and one behind it that must never run."""

from kfp import dsl


@dsl.component
def open_vault(code: str) -> str:
    raise ValueError(f'the code {code} does not open the vault')


@dsl.component
def spend(gold: str):
    print('never reached')


@dsl.pipeline(name='failing', description='A step that fails on purpose.')
def failing(code: str = '0000'):
    spend(gold=open_vault(code=code).output)
