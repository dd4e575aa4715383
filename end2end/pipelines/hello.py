"""The smallest pipeline: one lightweight Python step that greets and hands its greeting on."""

from kfp import dsl


@dsl.component
def say_hello(recipient: str) -> str:
    greeting = f'Hello, {recipient}.'
    print(greeting)
    return greeting


@dsl.pipeline(name='hello', description='One step that greets.')
def hello(recipient: str = 'world') -> str:
    return say_hello(recipient=recipient).output
