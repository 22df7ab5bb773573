"""unused-suppression: a suppression that suppresses nothing, or whose date is past.

## What it finds
- Codes in `# s3lint: allow[…]`, `# s3lint: file-allow[…]` and `# noqa: STO…` under which nothing is found on the lines that the comment
  covers; each unused one of several codes.
- Codes and names in `allow[…]` that no rule has, and an `allow[]` without any.
- Directives that are meant as suppressions and are none, such as `allow(STO201)`, `ignore[STO201]` or `disable=STO201`. The message has
  the right form; there is no fix, because only the author knows what was meant.
- Comments whose `until=` date is past. The findings that they covered return.

## Why
A suppression that is left behind hides the next finding on its line, which no one has reviewed.

## Do not
```python
name = "documents"  # s3lint: allow[STO501] the bank reads CSV by contract
```

## Do
```python
name = "documents"
```

## When it stays silent
Rules that are off, or that do not check the file (tests); rules that compare the files of a project; selectors of several rules
(`STO5`) some of which are off; a bare `# noqa`.

## References
- [flake8: in-line ignoring](https://flake8.pycqa.org/en/latest/user/violations.html#in-line-ignoring-errors)
"""

from s3lint.api import Rule, Severity

rule = Rule(
    __name__,
    code="STO902",
    clause=None,
    severity=Severity.INFO,
    summary="`{suppression}` {problem}.",
    fix="safe",
    mentions=("s3lint:", "noqa: STO", "noqa:STO"),
    in_tests=True,
)
