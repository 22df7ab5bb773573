"""Define a rule: the clause of the standard that it enforces, its message, and its checks over facts.

At run time it imports only `finding` and `support.frozen`: rules load with the command, so the types of layers below are imported for typing alone.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable
from dataclasses import field
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from s3lint import SITE
from s3lint.finding import Confidence, Profile, Severity
from s3lint.support.frozen import frozen

if TYPE_CHECKING:
    from s3lint.facts.context import Context
    from s3lint.finding import Finding
    from s3lint.fixes.changes import NoFix, Plan
    from s3lint.inference.values import Hop
    from s3lint.settings import Settings
    from s3lint.syntax.site import Site

PAGES = f"{SITE}rules"
"""Where the pages of s3lint's own rules are published."""

FixLevel = Literal["none", "safe", "unsafe", "sometimes"]


@frozen()
class Match:
    """What a check yields: a place that violates the rule. The linter turns it into a finding."""

    rule: Rule
    site: Site
    message: str
    confidence: Confidence
    hops: tuple[Hop, ...] = ()
    subject: str = ""
    plan: Plan | NoFix | None = None


Together = Callable[[list["Finding"], "Settings"], Iterable["Finding"]]
Decide = Callable[[list["Finding"], "Settings", Callable[[str], bool]], "Settings"]
Check = Callable[[Any, "Context"], Iterable[Match]]
C = TypeVar("C", bound=Check)


FACTS = "s3lint.facts"


def name_of(kind: type) -> str:
    """Return the name of a kind of facts (`ObjectCall`), or the dotted path of a type of nodes."""
    return kind.__name__ if kind.__module__ == FACTS else f"{kind.__module__}.{kind.__qualname__}"


@frozen()
class Declared:
    """What the manifest tells of the functions of a rule: the names of the kinds of facts that it checks, and what else it has."""

    kinds: tuple[str, ...] = ()
    compares: bool = False
    decides: bool = False


@frozen()
class Rule:
    """One rule. Its name, its fixture folder and its page follow from the name of its module.

    With `declared` it stands for the rule of its module, which is imported when something asks for its functions.
    """

    module: str
    code: str
    clause: str | None
    """The id of the clause that it enforces; None for a rule about suppressions or unreadable files."""
    summary: str
    profile: Profile = "default"
    severity: Severity = Severity.WARNING
    """What is at stake; the setting `severity` overrides it."""
    fix: FixLevel = "none"
    helper: str | None = None
    mentions: tuple[str, ...] = ()
    """Texts without which the rule cannot fire, for a rule that subscribes to syntax rather than to facts."""
    yields_to: tuple[str, ...] = ()
    """Codes of rules whose finding at the same place replaces this rule's."""
    whole_project: bool = False
    """Whether a finding is certain only after an analysis of the whole project."""
    in_tests: bool = False
    """Whether the rule checks test code too: what it finds does harm there as well."""
    observable: bool = False
    """Whether the rule judges values alone, so that a call recorded in a running program shows a violation as well as the source does."""
    fixes_together: bool = False
    """Whether the findings of one subject in a file are fixed all or not at all."""
    checks: list[tuple[tuple[type, ...], Check]] = field(default_factory=list, compare=False, repr=False)
    comparisons: list[Together] = field(default_factory=list, compare=False, repr=False)
    decisions: list[Decide] = field(default_factory=list, compare=False, repr=False)
    declared: Declared | None = field(default=None, compare=False, repr=False)

    @property
    def name(self) -> str:
        """Return the name of the module in kebab case, such as `hardcoded-bucket`."""
        return self.module.rpartition(".")[2].replace("_", "-")

    @property
    def chapter(self) -> str:
        """Return the folder of the module, such as `delta`."""
        # s3lint.rules.<chapter>.<name>
        return self.module.split(".")[-2]

    @property
    def page(self) -> str:
        """Return the documentation of the rule, which is the docstring of its module."""
        return inspect.cleandoc(import_module(self.module).__doc__ or "")

    @property
    def url(self) -> str:
        """Return the address of the rule's page; empty for rules of packs."""
        return f"{PAGES}/{self.name}/" if self.module.startswith("s3lint.rules.") else ""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the names of the kinds of facts and nodes to which the checks subscribe (`name_of`), each once."""
        if self.declared is not None:
            return self.declared.kinds
        return tuple(dict.fromkeys(name_of(kind) for kinds, _ in self.checks for kind in kinds))

    @property
    def compares(self) -> bool:
        """Tell whether the rule compares its findings across a project (`together`)."""
        return self.declared.compares if self.declared is not None else bool(self.comparisons)

    @property
    def decides(self) -> bool:
        """Tell whether the rule decides once for a whole run how it is fixed (`before_fixes`)."""
        return self.declared.decides if self.declared is not None else bool(self.decisions)

    def imported(self) -> Rule:
        """Return the rule with its functions, for which its module is imported."""
        if self.declared is None:
            return self
        rule: Rule = import_module(self.module).rule
        return rule

    def on(self, *kinds: type) -> Callable[[C], C]:
        """Return a decorator that subscribes a check to kinds of facts, or to node types of libcst if no fact fits."""

        def register(check: C) -> C:
            self.checks.append((kinds, check))
            return check

        return register

    def together(self, compare: Together) -> Together:
        """Register a function that compares all findings of the rule in a project and returns those to report.

        In an editor and in flake8 these are the findings of one file.
        """
        self.comparisons.append(compare)
        return compare

    def compared(self, findings: list[Finding], settings: Settings) -> list[Finding]:
        """Return the findings of the rule that its comparisons keep."""
        for compare in self.imported().comparisons if self.compares else ():
            findings = list(compare(findings, settings))
        return findings

    def before_fixes(self, decide: Decide) -> Decide:
        """Register a function that decides once for a whole run of fixes what no file can decide alone.

        It gets the findings in all files of the project of every rule that registers it, the settings, and a function that tells
        whether a word is in any of the files. It returns the settings under which each file is fixed.
        """
        self.decisions.append(decide)
        return decide

    def match(
        self,
        site: Site,
        confidence: Confidence,
        hops: tuple[Hop, ...] = (),
        *,
        subject: str = "",
        plan: Plan | NoFix | None = None,
        **details: object,
    ) -> Match:
        """Return a violation at a site.

        `details` fill the fields of the summary, `hops` are the data flow to the site, `subject` is what comparisons group
        findings by, and `plan` is how to fix it.
        """
        return Match(self, site, self.summary.format(**details), confidence, hops, subject, plan)
