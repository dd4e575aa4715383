"""A step that fails until the outside world says yes, and is tried again."""

from kfp import dsl


@dsl.component
def knock(door: str) -> str:
    import urllib.request
    # An answer other than 200 raises, and so fails this attempt.
    with urllib.request.urlopen(door, timeout=30) as answer:
        return answer.read().decode()


@dsl.pipeline(name='retries', description='A step that is tried up to three times.')
def retries(door: str):
    knock(door=door).set_caching_options(False).set_retry(num_retries=2, backoff_duration='0s')
