"""Texts of many parts, formats, SQL and policies."""

from __future__ import annotations

import json

from robustness.torture_set.shape import USE, Shape, each, file, value

TEXTS = [
    Shape("f-string", 20_000, lambda n: value('f"' + "{a}/" * n + '"')),
    Shape("f-string of known parts", 20_000, lambda n: file("a = 'b'\n", f'v = f"{"{a}/" * n}"\n', USE)),
    Shape("f-strings in each other", 100, lambda n: value("f'{" * n + "1" + "}'" * n)),
    Shape("adjacent texts", 20_000, lambda n: value("'a' " * n)),
    Shape("adjacent texts over lines", 20_000, lambda n: value("(" + "'a'\n" * n + ")")),
    Shape("join", 20_000, lambda n: value(f"'/'.join([{'a, ' * n}])")),
    Shape("format", 20_000, lambda n: value(f"'{'{}/' * n}'.format({'a, ' * n})")),
    Shape("format by numbers", 20_000, lambda n: value(f"'{'{0}/' * n}'.format('b')")),
    Shape("percent", 20_000, lambda n: value(f"'{'%s/' * n}' % ({'a, ' * n})")),
    Shape("text times a number", 1_000_000_000, lambda n: value(f"'a/' * {n}")),
    Shape("zeros", 1_000_000_000, lambda n: value(f"bytes({n})")),
    Shape("power of numbers", 1_000_000_000, lambda n: value(f"9 ** 9 ** 9 ** {n}")),
    Shape("shift", 1_000_000_000, lambda n: value(f"1 << {n}")),
    Shape("width of a format", 1_000_000_000, lambda n: value(f"f'{{1:{n}}}' + '%{n}d' % 1 + '{{:{n}}}'.format(1)")),
    Shape("digits as a float", 4_000, lambda n: value("9" * n + " * 1.5")),
    Shape("hexadecimal digits", 100_000, lambda n: value("0x" + "f" * n)),
    Shape("digits", 4_000, lambda n: value("9" * n)),
    Shape("range", 1_000_000_000, lambda n: file(f"for v in range({n}):\n    {USE}")),
    Shape(
        "SQL",
        200_000,
        lambda n: file('spark.sql("""CREATE TABLE t (', each(n // 10, "c§ STRING"), ') USING csv LOCATION \'s3://a/b\'""")\n'),
    ),
    Shape(
        "nested SQL", 5_000, lambda n: file('spark.sql("SELECT ', "(" * n, "1", ")" * n, ' FROM t; DROP TABLE delta.`s3://a/b`")\n')
    ),
    Shape("SQL statements", 5_000, lambda n: file(f'spark.sql("""{"DROP TABLE delta.`s3://a/b`;" * n}""")\n')),
    Shape(
        "policy",
        20_000,
        lambda n: file(
            f"s3.put_bucket_policy(Bucket=b, Policy='''{json.dumps({'Statement': [{'Effect': 'Allow', 'Principal': '*'}] * (n // 20)})}''')\n"
        ),
    ),
    Shape("nested policy", 50_000, lambda n: file(f"s3.put_bucket_policy(Bucket=b, Policy='''{'[' * n}''')\n")),
    Shape("slashes", 200_000, lambda n: file(f"s3.put_object(Bucket=b, Key='{'/' * n}', Body=c)\n")),
    Shape("a host of dashes", 20_000, lambda n: file(f"def v(k): return f'https://s3{'-a' * n}.amazonaws.comx/{{k}}/b'\n")),
    Shape("a host of hosts", 20_000, lambda n: file(f"def v(k): return f'https://{'s3.' * n}amazonaws.comx/{{k}}/b'\n")),
    Shape("an endpoint of hosts", 20_000, lambda n: file(f"df.write.csv('https://a{'.s3.a' * n}.amazonaws.comx/b')\n")),
    Shape("percents never closed", 50_000, lambda n: value(f"'{'%(a' * n}' % {{'a': b}}")),
    Shape("templates never closed", 50_000, lambda n: file(f"s3.put_object(Bucket=b, Key='a/{'{' * n}b.txt', Body=c)\n")),
    Shape("placeholders never closed", 50_000, lambda n: file(f"s3.put_object(Bucket=b, Key='a//{'<' * n}', Body=c)\n")),
    Shape("braces in a URI", 200_000, lambda n: file(f"df.write.csv('s3://{'{' * n}')\n")),
]
