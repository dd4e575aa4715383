"""A real `mooring serve` with its own data directory and port, and the people of the tests."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import time
from typing import Dict, Iterator, List, Optional

import requests

ROOT = pathlib.Path(__file__).parents[2]
PROGRAM = pathlib.Path(os.environ.get('MOORING_BIN', ROOT / 'target' / 'debug' / 'mooring'))
START_SECONDS = 60
STOP_SECONDS = 30

# Who may do what: the cast of every test.
PEOPLE = ('alice', 'vera', 'bob', 'mallory')
OWNERS = {'team-a': 'alice', 'team-b': 'bob'}
SHARES = [('team-a', 'vera', 'view')]


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        return listener.getsockname()[1]


class Server:
    """One data directory, and the process that serves it while it is up."""

    def __init__(self, folder: pathlib.Path):
        if not PROGRAM.exists():
            raise FileNotFoundError(f'{PROGRAM} is not built: `make build`, or set MOORING_BIN')
        self.folder = folder
        self.data = folder / 'data'
        self.output = folder / 'server.log'
        self.port = free_port()
        self.host = f'http://127.0.0.1:{self.port}'
        self.tokens: Dict[str, str] = {}
        self._process: Optional[subprocess.Popen] = None

    def _environment(self) -> Dict[str, str]:
        # Nothing of the developer's own settings reaches the server under test.
        kept = {key: value for key, value in os.environ.items() if not key.startswith(('MOORING_', 'KF_', 'KUBEFLOW_'))}
        return {**kept, 'MOORING_DATA_DIR': str(self.data), 'MOORING_LISTEN': f'127.0.0.1:{self.port}'}

    def command(self, *arguments: str, text: Optional[str] = None) -> str:
        """What a person types: `mooring user add alice`. Returns its standard output."""
        done = subprocess.run(
            [str(PROGRAM), *arguments], env=self._environment(), cwd=self.folder, input=text, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, f'mooring {" ".join(arguments)}: {done.stdout}{done.stderr}'
        return done.stdout

    def settle(self):
        """Make the people, their namespaces and a token each."""
        for person in PEOPLE:
            self.command('user', 'add', person, '--password-stdin', text=f'the password of {person}\n')
        for namespace, owner in OWNERS.items():
            self.command('profile', 'add', namespace, '--owner', owner)
        for namespace, person, role in SHARES:
            self.command('profile', 'share', namespace, person, '--role', role)
        for person in PEOPLE:
            self.tokens[person] = self.command('token', 'create', person).strip()

    def give_secret(self, namespace: str, name: str, key: str, value: str):
        """For steps that name it; the server keeps it sealed."""
        self.command('secret', 'set', namespace, name, key, text=value)

    def start(self):
        self.spawn()
        self.wait_until_up()

    def spawn(self):
        """The process, which may not answer yet."""
        assert self._process is None
        log = open(self.output, 'ab')
        self._process = subprocess.Popen(
            [str(PROGRAM), 'serve', '--data-dir', str(self.data), '--listen', f'127.0.0.1:{self.port}'],
            env=self._environment(), cwd=self.folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL, start_new_session=True)
        log.close()

    def wait_until_up(self):
        until = time.monotonic() + START_SECONDS
        while True:
            assert self._process.poll() is None, f'the server did not start:\n{self.said()}'
            try:
                if requests.get(f'{self.host}/apis/v2beta1/healthz', timeout=5).ok:
                    return
            except (requests.ConnectionError, requests.Timeout):
                pass
            assert time.monotonic() < until, f'the server does not answer:\n{self.said()}'
            time.sleep(0.05)

    def kill(self):
        """As a power cut would: no chance to tidy up. Steps that run are left alone."""
        process, self._process = self._process, None
        process.send_signal(signal.SIGKILL)
        process.wait()

    def stop(self):
        process, self._process = self._process, None
        if process is None:
            return
        assert process.poll() is None, f'the server ended on its own with {process.returncode}:\n{self.said()}'
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise AssertionError(f'the server did not stop within {STOP_SECONDS} s of SIGTERM:\n{self.said()}')

    def said(self) -> str:
        return self.output.read_text(errors='replace') if self.output.exists() else ''

    def seen_in_files(self, text: str) -> int:
        """How often a text stands in what is kept on disk beside the database: the logs of steps, above all."""
        return sum(
            file.read_bytes().count(text.encode())
            for file in self.data.rglob('*')
            if file.is_file() and not file.is_symlink() and 'sqlite' not in file.name and '.venv' not in file.parts)

    def request(self, method: str, path: str, who: Optional[str] = None, **more) -> requests.Response:
        headers = {**({'Authorization': f'Bearer {self.tokens[who]}'} if who else {}), **more.pop('headers', {})}
        return requests.request(method, f'{self.host}{path}', headers=headers, timeout=60, **more)


def running(folder: pathlib.Path) -> Iterator[Server]:
    """A server with its people, up for as long as it is used; it must have lived through it without a panic."""
    server = Server(folder)
    server.settle()
    server.start()
    try:
        yield server
    finally:
        server.stop()
    assert 'panicked' not in server.said(), server.said()
