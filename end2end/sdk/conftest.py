import functools
import itertools
import pathlib
import sys
from typing import Callable

import kfp
import pytest

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / 'pipelines')]

import compile as samples  # noqa: E402
import door as doors  # noqa: E402
import mooring  # noqa: E402

_numbers = itertools.count(1)


@pytest.fixture(scope='session')
def server(tmp_path_factory):
    yield from mooring.running(tmp_path_factory.mktemp('mooring'))


@pytest.fixture(scope='session', autouse=True)
def own_context(tmp_path_factory):
    """The client remembers things under the home directory: not under the developer's."""
    kfp.Client._LOCAL_KFP_CONTEXT = str(tmp_path_factory.mktemp('context') / 'context.json')


@pytest.fixture(scope='session')
def client(server) -> Callable[[str], kfp.Client]:
    """`client('alice')`: the client as that person uses it."""
    return functools.cache(lambda who: kfp.Client(host=server.host, existing_token=server.tokens[who]))


@pytest.fixture(scope='session')
def alice(client) -> kfp.Client:
    return client('alice')


@pytest.fixture(scope='session')
def bob(client) -> kfp.Client:
    return client('bob')


@pytest.fixture(scope='session')
def vera(client) -> kfp.Client:
    return client('vera')


@pytest.fixture(scope='session')
def mallory(client) -> kfp.Client:
    return client('mallory')


@pytest.fixture(scope='session')
def package(tmp_path_factory) -> Callable[[str], str]:
    """`package('hello')`: the sample pipeline, compiled by the SDK now; the path of its file."""
    folder = tmp_path_factory.mktemp('packages')
    return functools.cache(lambda name: str(samples.compile_to(name, folder)))


@pytest.fixture(scope='session')
def experiment(alice):
    return alice.create_experiment('end to end', description='All of these tests', namespace='team-a')


@pytest.fixture
def door():
    yield from doors.opened()


@pytest.fixture
def name() -> str:
    """A name that no other test of this session uses."""
    return f'thing {next(_numbers)}'
