"""One of three branches runs, the others are skipped, and what it made goes on."""

from kfp import dsl


@dsl.component
def weigh(grams: int) -> str:
    return 'heavy' if grams > 1000 else 'medium' if grams > 100 else 'light'


@dsl.component
def price(parcel: str) -> int:
    return {'heavy': 9, 'medium': 5, 'light': 2}[parcel]


@dsl.component
def check(found: int, expected: int):
    assert found == expected, found


@dsl.pipeline(name='conditions', description='If, else if, else, and one result of the three.')
def conditions(grams: int = 250, expected: int = 5):
    weighed = weigh(grams=grams)
    with dsl.If(weighed.output == 'heavy'):
        heavy = price(parcel='heavy')
    with dsl.Elif(weighed.output == 'medium'):
        medium = price(parcel='medium')
    with dsl.Else():
        light = price(parcel='light')
    check(found=dsl.OneOf(heavy.output, medium.output, light.output), expected=expected)
