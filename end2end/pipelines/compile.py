"""Compile the sample pipelines: `compile.py DIR [NAME...]`; without names, all of them."""

import importlib
import pathlib
import sys
import warnings

from kfp import compiler, dsl

HERE = pathlib.Path(__file__).parent
NAMES = sorted(file.stem for file in HERE.glob('*.py') if file.stem != 'compile')


def pipeline(name: str) -> dsl.base_component.BaseComponent:
    """The pipeline function of the sample `name`: it has the file's name."""
    if str(HERE) not in sys.path:
        sys.path.insert(0, str(HERE))
    with warnings.catch_warnings():
        warnings.simplefilter('ignore')
        return getattr(importlib.import_module(name), name)


def compile_to(name: str, folder: pathlib.Path) -> pathlib.Path:
    package = folder / f'{name}.yaml'
    compiler.Compiler().compile(pipeline(name), str(package))
    return package


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:] or NAMES:
        print(compile_to(name, folder))


if __name__ == '__main__':
    main()
