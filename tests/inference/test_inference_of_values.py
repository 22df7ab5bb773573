"""What is known of texts, containers, operators and tests. `tests/inference/test_inference.py` says how to read a case."""

from __future__ import annotations

import pytest

from support.values import shown

CASES = {
    # Tests
    "and": (
        'def f(x, y=None):\n    return "yes" if x and y else "no"\nshow(f("a", "b"), f("a", ""), f("a"), f(z, ""))',
        ['"yes"', '"no"', '"no"', '"no"'],
    ),
    "or": (
        'def f(x, y=None):\n    return "yes" if x or y else "no"\nshow(f("", "b"), f("", ""), f(z, "b"), f(z))',
        ['"yes"', '"no"', '"yes"', '"yes" | "no" (a parameter chooses)'],
    ),
    "not": (
        'def f(x, y=None):\n    return "yes" if not x else "no"\nshow(f("a"), f(None), f(z))',
        ['"no"', '"yes"', '"yes" | "no" (a parameter chooses)'],
    ),
    "is and equal": (
        'def f(x, y=None):\n    return "yes" if x is y else "no"\nshow(f(None), f("a"), f(z), f("a", "a"), f(True, 1))',
        ['"yes"', '"no"', '"yes" | "no" (a parameter chooses)', '"yes"', '"no"'],
    ),
    "not equal": (
        'def f(x, y=None):\n    return "yes" if x != y else "no"\nshow(f("a", "b"), f("a", "a"), f(z, "a"))',
        ['"yes"', '"no"', '"yes" | "no" (a parameter chooses)'],
    ),
    "in": (
        ('def f(x, y=None):\n    return "yes" if x in y else "no"\n'
         'show(f("a", ("a", "b")), f("c", ("a", "b")), f("a", "cat"), f("a", {"a": 1}), f("b", {"a": 1}), f("a", z), f(z, ("a",)), f("a", [z]))'),
        ['"yes"', '"no"', '"yes"', '"yes"', '"no"', '"yes" | "no" (a parameter chooses)', '"yes" | "no" (a parameter chooses)',
         '"yes" | "no" (a parameter chooses)'],
    ),
    "not in": ('def f(x, y=None):\n    return "yes" if x not in y else "no"\nshow(f("a", ("a", "b")), f("c", ("a", "b")))', ['"no"', '"yes"']),
    "compared twice": ('def f(x, y=None):\n    return "yes" if 1 < x < 3 else "no"\nshow(f(2))', ['"yes" | "no" (a parameter chooses)']),
    "less": ('def f(x, y=None):\n    return "yes" if x < 3 else "no"\nshow(f(2))', ['"yes" | "no" (a parameter chooses)']),
    "truth of values": (
        ('def f(x, y=None):\n    return "yes" if x else "no"\n'
         'show(f("a"), f(""), f(f"{z}"), f(f"a{z}"), f(b""), f(b"a"), f([]), f([1]), f({}), f({**z}), f({"a": 1}), f(f), f(0), f(1), f(z))'),
        ['"yes"', '"no"', '"yes" | "no" (a parameter chooses)', '"yes"', '"no"', '"yes"', '"no"', '"yes"', '"no"',
         '"yes" | "no" (a parameter chooses)', '"yes"', '"yes"', '"no"', '"yes"', '"yes" | "no" (a parameter chooses)'],
    ),
    "affixes": (
        ('def f(x, y=None):\n    return "yes" if x.startswith("a/") else "no"\n'
         'show(f("a/b"), f("b"), f(f"a/{z}"), f(f"b{z}"), f(f"a{z}"), f(f"{z}/"), f(z), f(1))'),
        ['"yes"', '"no"', '"yes"', '"no"', '"yes" | "no" (a parameter chooses)', '"yes" | "no" (a parameter chooses)',
         '"yes" | "no" (a parameter chooses)', '"yes" | "no" (a parameter chooses)'],
    ),
    "suffixes": (
        'def f(x, y=None):\n    return "yes" if x.endswith("/b") else "no"\nshow(f("a/b"), f(f"{z}/b"), f(f"{z}b"), f(f"{z}c"))',
        ['"yes"', '"yes"', '"yes" | "no" (a parameter chooses)', '"no"'],
    ),
    "an affix that is not known": (
        'def f(x, y=None):\n    return "yes" if x.startswith(y) else "no"\nshow(f("a", z), f("a", "a"))',
        ['"yes" | "no" (a parameter chooses)', '"yes"'],
    ),
    "asked of other things": ('def f(x, y=None):\n    return "yes" if x.isdigit() else "no"\nshow(f("a"))', ['"yes" | "no" (a parameter chooses)']),
    "a lambda as a test": ('def f(x, y=None):\n    return "yes" if (lambda: x) else "no"\nshow(f("a"))', ['"yes" | "no" (a parameter chooses)']),
    "elif that is known": (
        ('def f(x):\n    if x == "a":\n        y = 1\n    elif x == "b":\n        y = 2\n    else:\n        y = 3\n    return y\n'
         'show(f("a"), f("b"), f("c"))'),
        ["1", "2", "3"],
    ),
    # Texts
    "bytes": (
        'show(b"a" b"b", b"a" * 3, b"a" * 10_000_000, b"a" * z, b"a" + b"b", b"a" * 1.5)',
        ["2 bytes", "3 bytes", "unknown: very long bytes", "unknown: the result is not known", "unknown: the result is not known",
         "unknown: very long bytes"],
    ),
    "formats": (
        'show(f"{7:05d}", f"{1:9999}", f"{7:d!}", f"{x:%Y}", f"{x:>10}", f"{\'a\':>3}", f"{7:s}", f"{d:%Y-%m}")',
        ['"00007"', '"{}"', '"{}"', '"{strftime %Y}"', '"{x}"', '"a"', '"{}"', '"{strftime %Y-%m}"'],
    ),
    "percent with holes": (
        'show(f"{x}/%s" % "a", x % "a", "%s" % x, "%(a)s" % x, "%s %s" % ("a",), "%s" % ("a", "b"), "%d" % {"a": 1})',
        ['"{x}/a"', "unknown: the result is not known", '"{x}"', '"{a}"', '"a {}"', '"a"', '"{}"'],
    ),
    "format with holes": (
        'show(f"{x}/{{}}".format("a"), "{".format("a"), "{.b}".format(x), "{0[k]}".format(x), "{}".format(), "{x}".format(**d), "{:03d}".format(7))',
        ['"{x}/a"', "unknown: the format is not valid", '"{b}"', '"{k}"', '"{}"', '"{x}"', '"007"'],
    ),
    "join of what is not known": (
        'show("/".join(x), "".join(x), "/".join(["a", *x]), "/".join(["a"]))',
        ['"{join}/{join}"', "unknown: joined texts", '"a/{join}"', '"a"'],
    ),
    "strip": (
        'show("/a/".strip("/"), "/a".lstrip(x), f"/{x}/".strip("/"), " a".lstrip(), "a//".rstrip("/"))',
        ['"a"', "unknown: stripped text", '"{x}"', '"a"', '"a"'],
    ),
    "replace": (
        'show("a".replace(x, "b"), ("a" * 3).replace("a", "b"), "aa".replace("a", "b" * 2_000_000), "ab".replace("a", x), f"a{x}a".replace("a", "b"))',
        ["unknown: replaced text", "unknown: what `replace` returns is not known", "unknown: replaced text",
         "unknown: replaced text", '"b{x}b"'],
    ),
    "affixes removed": (
        'show("a/b".removesuffix("/b"), "a".removeprefix(x), f"{x}b".removeprefix("a"), f"a{x}".removeprefix("a"), f"{x}b".removesuffix("b"))',
        ['"a"', "unknown: shortened text", '"{x}b"', '"{x}"', '"{x}"'],
    ),
    "split": (
        'show("a b".split(), "a,b".split(",", 1), "a,b".split(x), f"a,{x}".split(","))',
        ['["a", "b"]', '["a", "b"]', "[unknown: a piece of a text] (repeated)", "[unknown: a piece of a text] (repeated)"],
    ),
    "other methods": (
        'show("a".encode(), f"a{x}".encode(), "a".title(), "a".center(3), "A".casefold())',
        ["1 bytes", "unknown: encoded text", '"A"', "unknown: `str.center` is not followed", '"a"'],
    ),
    "characters": (
        'show("ab"[0], "ab"[-1], "ab"[5], f"a{x}"[0], f"a{x}"[1], f"{x}b"[-1])',
        ['"a"', '"b"', "unknown: the character is not known", '"a"', "unknown: the character is not known", '"b"'],
    ),
    "escapes in f-strings": ('show(rf"\\d{x}", f"\\N{BULLET}{x}", f"\\x41{x}", f"a\\"{x}")', ['"\\d{x}"', '"•{x}"', '"A{x}"', '"a"{x}"']),
    "many alternatives": ("def f(a):\n" + "".join(f"    if a == {i}:\n        x = '{i}'\n" for i in range(20)) + "    show(x + 'a')", ['"{x}a"']),
    "chunk escapes": ('show(f"\\"{x}\\n", f\'\\\'"{x}\')', ['""{x}\n"', '"\'"{x}"']),
    "code that is never reached": ('show("a" + None.x, f"{None.x}/a")', ["never reached", "never reached"]),
    "long texts": (
        "show(f'" + "{x}a" * 70 + "')",
        ['"{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{x}a{}"'],
    ),
    "long replacements": ("show('" + "a" * 2_000 + "'.replace('a', '" + "b" * 1_000 + "'))", ["unknown: a very long text"]),
    "names of holes": (
        'show(f"{a.b}{c[0]}{d[\'k\']}{e(f)}{g.h.strip()}{1 + i}{(lambda: 1)()}")\nasync def f():\n    show(f"{await j}")',
        ['"{b}{c}{k}{e}{h}{}1"', '"{j}"'],
    ),
    # Containers
    "iterated": (
        'show(*[k for k in {"a": 1}], [k for k in x or ["a"]], [k for k in (["a"] if x else ["b"])])',
        ['["a"] (repeated)', '[unknown: the container is not known | "a"] (repeated)', '["a" | "b"] (repeated)'],
    ),
    "keyed": (
        'd = {"a": "1"} if x else {"a": "2"}\nshow(d["a"], (z or d)["a"], {"a": 1}[k], {}[k], q.r["a"], [1, 2][k])',
        ['"1" | "2"', 'unknown: what `[\'a\']` holds is not known | "1" | "2"', "1 | unknown: an unknown key",
         "unknown: the index is not known", "unknown: what `['a']` holds is not known", "unknown: the index is not known"],
    ),
    "slices": ('show("abc"[1:], [1, 2][0:1])', ['"bc"', "unknown: a slice"]),
    "entered alternatives": ('with (open("a") if x else open("b")) as f:\n    show(f)', ["buffer open()"]),
    "splats": (
        ('d = {"a": 1}\ne = {"b": 2} if x else {"c": 3}\n'
         'show({**d, **e}, {**(x or d)}, {"a": 1, **x, "b": 2}, {k: 1}, {"a": 1, **{**x, "b": 2}})'),
        ["{a: 1, b: 2} | {a: 1, c: 3}", "{…} | {a: 1}", "{a: 1, b: 2, …}", "{…}", "{a: 1, b: 2, …}"],
    ),
    "sequences": (
        'show([*("a", "b"), "c"], [*x, "c"], ["a"] + ["b"], ["a"] + x, ["a"].copy(), ["a"].pop(), ["a"].index("a"), [].pop(), {"a"})',
        ['["a", "b", "c"]', '["c", …]', '["a", "b"]', '["a", …]', '["a"]', '"a"', "unknown: `index` of a sequence is not followed",
         "unknown: an item", '["a"]'],
    ),
    "mapping methods": (
        'd = {"a": 1}\nshow(d.copy(), list(d.values()), list(d.keys()), d.get(x), d.get("b"), d.fromkeys(x), {"": 1}.items())',
        ["{a: 1}", "[1]", '["a"]', "unknown: the key is not known", "None", "unknown: `dict.fromkeys` is not followed", '[["", 1]]'],
    ),
    "dict comprehension": ("show({k: 1 for k in x})", ["{…}"]),
    "deleted items": (
        'd = {"a": 1, "b": 2}\ndel d["a"]\nshow(d)\ndel d[x]\nshow(d)\nl = ["a"]\ndel l[0]\nshow(l)\ns = "a"\ndel s[0]\nshow(s)',
        ["{b: 2}", "{b: 2, …}", '["a", …]', '"a"'],
    ),
    "deleted attribute": ('class C:\n    def f(self):\n        self.a = "x"\n        del self.a\n        show(self.a)', ["unknown: it is deleted"]),
    "cleared": ('d = {"a": 1}\nd.clear()\nshow(d)', ["{}"]),
    "items that change": (
        'd = {"a": 1}\nd["a"] += 1\nshow(d)\nd[x] = 1\nshow(d)\nd.pop(x)\nshow(d)\nl = ["a"]\nl[0] = "b"\nshow(l)',
        ["{a: unknown: an augmented assignment sets it}", "{a: unknown: an augmented assignment sets it, …}",
         "{a: unknown: an augmented assignment sets it, …}", '["a", …]'],
    ),
    "lists that change": (
        'l = ["a"]\nl.extend(["b"])\nshow(l)\nl.extend(x)\nshow(l)\nl = ["a"]\nl.insert(0, "b")\nshow(l)\ns = {"a"}\ns.add("b")\nshow(s)',
        ['["a", "b"]', '["a", "b", …]', '["a", …]', '["a", "b"]'],
    ),
    "mappings that change": (
        ('d = {}\nd.update({"a": 1})\nshow(d)\nd.update(x)\nshow(d)\nd = {}\nd.setdefault(x, 1)\nshow(d)\nd = {**x}\n'
         'd.setdefault("a", 1)\nshow(d)\nd = {}\nd.popitem()\nshow(d)'),
        ["{a: 1}", "{a: 1, …}", "{…}", "{…}", "{…}"],
    ),
    "changed by await": ('async def f():\n    l = ["a"]\n    await l.append("b")\n    show(l)', ['["a", "b"]']),
    "deleted together": (
        'a, d = "1", {"k": {"l": 1}, "m": 2, "l": 3}\ndel a, d["m"]\nshow(a, d)\ndel d["k"]["l"]\nshow(d)',
        ["unknown: it is deleted", "{k: {l: 1}, l: 3}", "{l: 3, k: unknown: an item of it is deleted}"],
    ),
    "set in what a call finds": ('d = {}\nd.setdefault("a", {})["b"] = 1\nshow(d)', ["unknown: a call finds what is set in it"]),
    "items of things": (
        'import os, requests\nshow(requests.get(u)[x], requests.get(u)["a"], requests.get(u)[0], os.environ[x])',
        ["requests.get()[]", 'requests.get()["a"]', "requests.get()[0]", "environment variable ?"],
    ),
    "an entry of a fallback": (
        'def f(a=None):\n    return a\nshow(f(**(x or {"a": 1})), f(**None), (x or "a").upper())',
        ["unknown: the mapping is not known | 1", "None", 'unknown: what `upper` returns is not known | "A"'],
    ),
    "an assigned slice": ('l = ["a"]\nl[0:1] = ["b"]\nshow(l)\nx.l[0] = "a"\nshow(x.l)', ['["a", …]', "unknown: `x` is not defined in this file .l"]),
    # Operators
    "sums": (
        'show(1 + x, "a" + (x or "b"), 7 // 2, 7 % 3, 7 // 0, 7 - 2, 2 ** 3, None + 1, 1 + (2 if x else 3), -x, not x, +1, -1)',
        ["unknown: the result is not known", '"a{}" | "ab"', "3", "1", "unknown: a division by zero", "5",
         "unknown: the result is not known", "unknown: the result is not known", "3 | 4", "unknown: a sign", "unknown: a test",
         "unknown: a sign", "-1"],
    ),
    "large numbers": (f"show({10**400}, 10 ** 400, 1e400)", ["unknown: a very large number", "unknown: the result is not known", "unknown: a very large number"]),
    "unions": ('x = "a" if z else "b"\nshow(x + "c", ["a"] + (["b"] if z else ["c"]))', ['"ac" | "bc"', '["a", "b"] | ["a", "c"]']),
    "walrus": ('show((n := "a"))', ['"a"']),
    "bits": ('show({"a": 1} | {"b": 2}, 1 | 2)', ["{a: 1, b: 2}", "unknown: the result is not known"]),
    "numbers too long to read": (f"show({'1' * 5_000})", ["unknown: a number too long to read"]),
    "frames in columns and sums": (
        'df = spark.read.csv("p") if z else spark.read.json("q")\nshow(df["a"], df[0], 1 + spark.read.csv("p"), df[1:])',
        ['spark frame from "p" | spark frame from "q"', 'spark frame from "p" | spark frame from "q"', 'spark frame from "p"',
         'spark frame from "p" | spark frame from "q"'],
    ),
    "choices by their own name": (
        'x = load()\nshow(x if x else "a", "a" if not x else x, x and "a")',
        ['unknown: what is called is not known or "a"', 'unknown: what is called is not known or "a"',
         '"a" | unknown: the left side of an `and`'],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES.values(), ids=CASES)
def test_values(text: str, expected: list[str]) -> None:
    assert shown(text) == expected
