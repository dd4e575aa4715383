"""Two steps that report to the outside world; the second stays until it is let go. For watching, stopping and restarting."""

from kfp import dsl


@dsl.component
def arrive(door: str, name: str) -> str:
    import urllib.request
    print(f'{name} arrives')
    urllib.request.urlopen(f'{door}/arrived/{name}', timeout=30).read()
    return name


@dsl.component
def wait(door: str, name: str) -> str:
    import time
    import urllib.error
    import urllib.request
    print(f'{name} waits', flush=True)
    urllib.request.urlopen(f'{door}/arrived/waiting', timeout=30).read()
    while True:
        try:
            urllib.request.urlopen(f'{door}/gate', timeout=30).read()
            break
        except urllib.error.HTTPError:
            time.sleep(0.1)
    print(f'{name} goes on')
    return name


@dsl.pipeline(name='gates', description='A step, one that waits to be let go, and a last one.')
def gates(door: str, name: str = 'somebody'):
    first = arrive(door=door, name=name).set_caching_options(False)
    second = wait(door=door, name=first.output).set_caching_options(False)
    arrive(door=door, name=f'{second.output}-again').set_caching_options(False)
