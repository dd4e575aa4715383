"""Artifacts: written by one step, read by the next, with metadata and metrics on the way."""

from kfp import dsl
from kfp.dsl import Dataset, Input, Metrics, Model, Output


@dsl.component
def collect(rows: int, table: Output[Dataset]):
    with open(table.path, 'w') as file:
        file.writelines(f'{row},{row * row}\n' for row in range(rows))
    table.metadata['rows'] = rows


@dsl.component
def train(table: Input[Dataset], model: Output[Model], metrics: Output[Metrics]):
    with open(table.path) as file:
        squares = [int(line.split(',')[1]) for line in file]
    with open(model.path, 'w') as file:
        file.write(str(sum(squares)))
    assert table.metadata['rows'] == len(squares), table.metadata
    metrics.log_metric('rows', len(squares))


@dsl.component
def check(model: Input[Model], expected: int):
    with open(model.path) as file:
        found = int(file.read())
    assert found == expected, found
    print(f'the model says {found}')


@dsl.pipeline(name='artifacts', description='A table, a model made of it, and a check of the model.')
def artifacts(rows: int = 10, expected: int = 285):
    table = collect(rows=rows).outputs['table']
    model = train(table=table).outputs['model']
    check(model=model, expected=expected)
