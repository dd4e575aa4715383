"""Steps that are plain commands, without Python: one writes a parameter and a file, the other reads both."""

from kfp import dsl
from kfp.dsl import Artifact, Input, Output


@dsl.container_component
def write(word: str, said: dsl.OutputPath(str), page: Output[Artifact]):
    return dsl.ContainerSpec(
        image='alpine',
        command=['sh', '-ec', 'mkdir -p "$(dirname "$1")" "$(dirname "$2")"; printf %s "$0" > "$1"; printf "%s\\n" "$0" "$0" > "$2"'],
        args=[word, said, page.path],
    )


@dsl.container_component
def read(word: str, page: Input[Artifact]):
    return dsl.ContainerSpec(
        image='alpine',
        command=['sh', '-ec', 'test "$(grep -c "^$0\\$" "$1")" = 2; echo "read $0 twice"'],
        args=[word, page.path],
    )


@dsl.pipeline(name='container', description='Two steps that are plain commands.')
def container(word: str = 'anchor'):
    written = write(word=word)
    read(word=written.outputs['said'], page=written.outputs['page'])
