"""JUnit XML for servers that show test results: a suite for each file, a failed case for each finding."""

from __future__ import annotations

from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from s3lint.finding import Finding
from s3lint.reports import Report, printable


def render(report: Report) -> str:
    count = str(len(report.findings))
    root = Element("testsuites", name="s3lint", tests=str(max(1, len(report.findings))), failures=count, errors="0")
    for path, group in groupby(report.findings, key=lambda finding: finding.path):
        found = list(group)
        suite = _suite(root, report.shown(path), len(found), len(found))
        for finding in found:
            _case(suite, finding, report)
    if not report.findings:
        SubElement(_suite(root, "s3lint", 1, 0), "testcase", name="no findings", classname="s3lint", time="0")
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode")


def _suite(root: Element, name: str, tests: int, failures: int) -> Element:
    return SubElement(
        root, "testsuite", name=name, tests=str(tests), failures=str(failures), errors="0", skipped="0", time="0", package="s3lint"
    )


def _case(suite: Element, finding: Finding, report: Report) -> None:
    """Add a failed case. `file` and `line` are not in the schema, but servers that know them link to the place."""
    place = report.place(finding.path, finding.start, finding.cell)
    case = SubElement(
        suite, "testcase", name=f"{finding.code} {finding.name} {place}", classname=report.shown(finding.path), time="0",
        file=report.shown(finding.path), line=str(finding.start.row),
    )  # fmt: skip
    message = printable(finding.message)
    SubElement(case, "failure", type=finding.code, message=message).text = f"{place}: {finding.severity}: {message}"
