"""unreadable-file: a file could not be decoded or parsed, so nothing in it was checked.

## What it finds
A file that mentions storage in its code and whose bytes are not text in the encoding that it declares, or whose text is not Python; UTF-16
and UTF-32 files; and blocks nested so deeply that no parser reads them. The finding is reported where reading stopped. Of a notebook, only
the broken cell is not checked.

## Why
A file that is silently skipped looks clean. The standard applies to it all the same.

## When it stays silent
Files without a text that some rule looks for, or with it only in comments on lines of their own and in docstrings, are never parsed, so
their syntax is not checked. Files in the template of a project, whose folder is named by a field (`{{cookiecutter.name}}`), are Python only
once the field is filled in.

## References
- [PEP 263](https://peps.python.org/pep-0263/): how a file declares its encoding
"""

from s3lint.api import Rule, Severity

rule = Rule(
    __name__,
    code="STO900",
    clause=None,
    severity=Severity.ERROR,
    summary="The {part} was not checked: {reason}.",
    in_tests=True,
)
