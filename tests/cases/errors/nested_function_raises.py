# An exception raised three calls deep goes through every frame, including a closure and a method.


class Parser:
    def __init__(self, converter):
        self.converter = converter

    def parse(self, line):
        key, text = line.split("=")
        return key, self.converter(text)


def make_converter(scale):
    def convert(text):
        return int(text) * scale
    return convert


def load(lines):
    parser = Parser(make_converter(10))
    settings = {}
    for line in lines:
        key, value = parser.parse(line)
        print("parsed", key, value)
        settings[key] = value
    return settings


print(load(["width=4", "height=-2"]))
load(["depth=7", "colour=blue", "never=1"])

#=> parsed width 40
#=> parsed height -20
#=> {'width': 40, 'height': -20}
#=> parsed depth 70
#! ValueError: invalid literal for int() with base 10: 'blue'
#@ 30, 23, 10, 15
