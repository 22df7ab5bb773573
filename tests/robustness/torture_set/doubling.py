"""Short programs with enormous values: each line doubles the value of the line before."""

from __future__ import annotations

from robustness.torture_set.shape import USE, Shape, file

DOUBLING = [
    Shape("sum of itself", 300, lambda n: file("v = 'a'\n", "v = v + v\n" * n, USE)),
    Shape("f-string of itself", 300, lambda n: file("v = 'a'\n", "v = f'{v}{v}'\n" * n, USE)),
    Shape("percent of itself", 300, lambda n: file("v = 'a'\n", "v = '%s%s' % (v, v)\n" * n, USE)),
    Shape("format of itself", 300, lambda n: file("v = 'a'\n", "v = '{0}{0}'.format(v)\n" * n, USE)),
    Shape("join of itself", 300, lambda n: file("v = 'a'\n", "v = v.join([v, v])\n" * n, USE)),
    Shape("replaced by more", 300, lambda n: file("v = 'a'\n", "v = v.replace('a', 'aaaaaaaa')\n" * n, USE)),
    Shape("bytes times a number", 300, lambda n: file("v = b'a'\n", "v = v * 100\n" * n, USE)),
    Shape("number times itself", 300, lambda n: file("v = 10\n", "v = v * v\n" * n, USE)),
    Shape("choice of itself", 300, lambda n: file("v = w = 'a'\n", "v = v if x else w\nw = w if y else v + 'b'\n" * n, USE)),
    Shape("fallback of itself", 300, lambda n: file("v = w = os.getenv('a')\n", "v = v or w\nw = w or v\n" * n, USE)),
    Shape("list of itself", 300, lambda n: file("v = ['a']\n", "v = [v, v]\n" * n, USE)),
    Shape("list and itself", 300, lambda n: file("v = ['a']\n", "v = v + v\n" * n, USE)),
    Shape("unknown of itself", 300, lambda n: file("v = w\n", "v = v - v\n" * n, USE)),
    Shape("function of itself", 300, lambda n: file("def f(x):\n    return x + x\nv = 'a'\n", "v = f(v)\n" * n, USE)),
    Shape("lambda of itself", 300, lambda n: file("v = lambda x: x\n", "v = lambda x, v=v: v(v(x))\n" * n, USE)),
    Shape(
        "list spread of itself",
        300,
        lambda n: file("v = ['a']\n", "v = [*v, *v]\n" * n, "for v in v:\n    s3.put_object(Bucket=v)\n"),
    ),
    Shape(
        "dict of itself",
        300,
        lambda n: file(
            "v = {'Key': 'a'}\n",
            "v = {'Bucket': v, 'Key': v}\n" * n,
            's3.put_object(**v)\nboto3.resource("dynamodb").Table("t").put_item(Item=v)\n',
        ),
    ),
    Shape(
        "dict spread of itself",
        300,
        lambda n: file(
            "v = {'Key': 'a'}\n",
            "v = {**v, **v, 'Key': v}\n" * n,
            's3.put_object(**v)\nboto3.resource("dynamodb").Table("t").put_item(Item=v)\n',
        ),
    ),
    Shape(
        "frame of itself",
        300,
        lambda n: file("v = spark.read.csv('s3://a/c')\n", "v = v.join(v, v.x == v.y).union(v)\n" * n, 'v.write.csv("s3://a/b")\n'),
    ),
    Shape("parameter of itself", 300, lambda n: file("def f(v):\n", "    v = v + v\n" * n, "    " + USE, "f('acme')\n")),
    Shape(
        "functions of each other twice",
        300,
        lambda n: file(
            *(f"def f{i}(x):\n    return f{i + 1}(f{i + 1}(x))\n" for i in range(n)),
            f"def f{n}(x):\n    return x\nv = f0('a')\n",
            USE,
        ),
    ),
]
