"""The outside world of a step: it counts who knocks, refuses as often as told, and holds a gate shut until it is opened.

Steps that report here prove what ran, how often and when, without a test ever having to guess a time.
"""

import collections
import http.server
import threading
from typing import Counter, Iterator


class Door:

    def __init__(self):
        self.knocks: Counter[str] = collections.Counter()
        self.refusals = 0
        self._changed = threading.Condition()
        self._open = False
        door = self

        class Handler(http.server.BaseHTTPRequestHandler):

            def do_GET(self):
                status = door._answer(self.path)
                self.send_response(status)
                self.end_headers()
                self.wfile.write(b'come in' if status == 200 else b'not now')

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        self.url = f'http://127.0.0.1:{self._server.server_port}'
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _answer(self, path: str) -> int:
        with self._changed:
            if path == '/gate':
                return 200 if self._open else 503
            self.knocks[path] += 1
            self._changed.notify_all()
            if path == '/' and self.refusals > 0:
                self.refusals -= 1
                return 503
            return 200

    def open_gate(self):
        with self._changed:
            self._open = True

    def wait_for(self, path: str, seconds: float = 120):
        """Until somebody has knocked at `path`."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.knocks[path] > 0, seconds), f'nobody at {path}; seen: {dict(self.knocks)}'

    def close(self):
        self.open_gate()
        self._server.shutdown()
        self._server.server_close()


def opened() -> Iterator[Door]:
    door = Door()
    try:
        yield door
    finally:
        door.close()
