"""unjustified-suppression: a suppression gives no reason.

## What it finds
`# s3lint: allow[…]`, `# s3lint: file-allow[…]` and `# noqa: STO…` with nothing behind the codes.

## Why
The standard allows exceptions with a justification. A year later the reader cannot tell whether the exception was meant, and whether it still
applies. An `allow` without a reason does not count, and the finding stays; a `noqa` hides it, because flake8 does so, and this rule is
what remains.

## Do not
```python
df.write.csv(path)  # s3lint: allow[STO501]
```

## Do
```python
df.write.csv(path)  # s3lint: allow[STO501] the bank reads CSV by contract until=2099-12-31
```

## When it stays silent
A bare `# noqa`, which concerns every linter, and with `require-reason = false`.

## References
- [flake8: in-line ignoring](https://flake8.pycqa.org/en/latest/user/violations.html#in-line-ignoring-errors)
"""

from s3lint.api import Rule

rule = Rule(
    __name__,
    code="STO901",
    clause="do-not.alternative-formats",
    summary="`{suppression}` gives no reason, so reviewers cannot tell whether it still applies: add a reason after the brackets.",
    mentions=("s3lint:", "noqa: STO", "noqa:STO"),
    in_tests=True,
)
