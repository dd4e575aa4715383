"""The first generation of the client, kfp 1.8, with packages of its own: it cannot share an environment with the second."""

import functools
import itertools
import pathlib
import sys
from typing import Callable

import kfp
import kfp.auth
import pytest

HERE = pathlib.Path(__file__).parent
COMPILED = HERE.parents[1] / 'pipelines' / 'compiled'
sys.path.insert(0, str(HERE.parent))

import mooring  # noqa: E402

_numbers = itertools.count(1)


@pytest.fixture(scope='session')
def server(tmp_path_factory):
    yield from mooring.running(tmp_path_factory.mktemp('mooring'))


@pytest.fixture(scope='session', autouse=True)
def own_context(tmp_path_factory):
    """The client remembers things under the home directory: not under the developer's."""
    kfp.Client.LOCAL_KFP_CONTEXT = str(tmp_path_factory.mktemp('context') / 'context.json')


@pytest.fixture(scope='session')
def token_file(server, tmp_path_factory) -> Callable[[str], str]:
    """`token_file('alice')`: where the cluster would mount that person's token."""
    folder = tmp_path_factory.mktemp('tokens')

    def write(who: str) -> str:
        path = folder / who
        path.write_text(f'{server.tokens[who]}\n')
        return str(path)

    return functools.lru_cache(maxsize=None)(write)


@pytest.fixture(scope='session')
def client(server, token_file) -> Callable[[str], kfp.Client]:
    def connect(who: str) -> kfp.Client:
        credentials = kfp.auth.ServiceAccountTokenVolumeCredentials(path=token_file(who))
        return kfp.Client(host=f'{server.host}/pipeline', credentials=credentials)

    return functools.lru_cache(maxsize=None)(connect)


@pytest.fixture(scope='session')
def alice(client):
    return client('alice')


@pytest.fixture(scope='session')
def hello() -> str:
    return str(COMPILED / 'hello.yaml')


@pytest.fixture
def name() -> str:
    """A name that no other test of this session uses."""
    return f'first generation {next(_numbers)}'


@pytest.fixture
def pipeline(server, hello, name) -> str:
    """The id of a pipeline in team-a. This generation's own upload knows no namespace, only the shared place."""
    with open(hello, 'rb') as package:
        made = server.request(
            'POST', '/apis/v1beta1/pipelines/upload', 'alice', params={'name': name, 'namespace': 'team-a'}, files={'uploadfile': package})
    assert made.status_code == 200, made.text
    return made.json()['id']
