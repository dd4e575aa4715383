"""The compiled samples that are kept for the browser's tests are what their sources say."""

import pathlib

import pytest
import yaml

KEPT = sorted((pathlib.Path(__file__).parents[1] / 'pipelines' / 'compiled').glob('*.yaml'))


@pytest.mark.parametrize('file', KEPT, ids=lambda file: file.stem)
def test_a_kept_sample_is_current(package, file):
    """When it is not: `python pipelines/compile.py pipelines/compiled NAME`."""
    assert yaml.safe_load(file.read_text()) == yaml.safe_load(pathlib.Path(package(file.stem)).read_text())
