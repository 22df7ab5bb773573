"""Draw the figures of the site while it is built: the imports between layers, and the plot of docs/performance.md."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import grimp
import matplotlib as mpl
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

DOCS = Path(__file__).parent

mpl.rcParams |= {"svg.hashsalt": "s3lint", "svg.fonttype": "none"}


def table(page: str, heading: str) -> Iterator[list[str]]:
    """Yield the cells of each row of the first table under a heading of a page. Raises `IndexError` if there is no such heading."""
    section = re.split(rf"^## {re.escape(heading)}$", page, flags=re.MULTILINE)[1]
    rows = re.search(r"^\|.*\n\|[ |:-]+\n((?:\|.*\n?)*)", section, re.MULTILINE)
    for line in rows[1].splitlines() if rows is not None else ():
        yield [cell.strip() for cell in line.strip("|").split("|")]


def layers(page: str) -> list[list[str]]:
    """Return the names in each row of the table of layers, the highest layer first."""
    return [re.findall(r"`(\w+)`", names) for names, _ in table(page, "Layers")]


def imports() -> Counter[tuple[str, str]]:
    """Count the imports between parts of s3lint (packages and modules directly in it): `(importing, imported)` to how many."""
    chapters = (f"rules.{path.parent.name}" for path in sorted((DOCS.parent / "rules").glob("*/__init__.py")))
    graph = grimp.build_graph("s3lint", *chapters, cache_dir=None)
    found: Counter[tuple[str, str]] = Counter()
    for module in graph.modules:
        for imported in graph.find_modules_directly_imported_by(module):
            one, other = _part(module), _part(imported)
            if one != other and one and other:
                found[one, other] += 1
    return found


def _part(module: str) -> str:
    """Return `rules` for a rule, else the name behind `s3lint.`; empty for `s3lint` itself."""
    package, _, rest = module.partition(".")
    return "rules" if package == "rules" else rest.partition(".")[0]


def import_figure(page: str) -> str:
    """Draw the imports between layers as a matrix: what is right of the diagonal points downwards. Returns the SVG."""
    names = [name for row in layers(page) for name in row]
    counts = imports()
    figure = Figure(figsize=(11, 8), layout="constrained")
    axes = figure.subplots()
    shown = [[counts[one, other] for other in names] for one in names]
    axes.imshow([[min(count, 20) for count in row] for row in shown], cmap="Blues", vmax=30)
    for row, line in enumerate(shown):
        for column, count in enumerate(line):
            if count:
                axes.text(column, row, str(count), ha="center", va="center", fontsize=8, color="black" if column > row else "red")
    axes.set_xticks(range(len(names)), names, rotation=60, ha="left")
    axes.set_yticks(range(len(names)), names)
    axes.xaxis.tick_top()
    axes.axline((0, 0), slope=1, color="lightgrey", linewidth=0.5)
    return _svg(figure)


def performance_figure(page: str) -> str:
    """Plot the costs of each program and the growth with the files, from the tables of the page. Returns the SVG."""
    costs = list(table(page, "Costs"))
    sets = list(dict.fromkeys(row[0] for row in costs))
    figure = Figure(figsize=(11, 3.6), layout="constrained")
    *bars, growth = figure.subplots(1, len(sets) + 1)
    for axes, name in zip(bars, sets, strict=True):
        _plot_costs(axes, name, [(row[1], float(row[2])) for row in costs if row[0] == name])
    _plot_growth(growth, list(table(page, "Growth")))
    return _svg(figure)


def _plot_costs(axes: Axes, name: str, costs: list[tuple[str, float]]) -> None:
    programs, seconds = zip(*reversed(costs), strict=True)
    axes.bar_label(axes.barh(programs, seconds), [f"{each:.2g}" for each in seconds], padding=3)
    axes.set(title=name, xlabel="CPU seconds", xscale="log")
    axes.margins(x=0.15)


def _plot_growth(axes: Axes, rows: list[list[str]]) -> None:
    for kind in dict.fromkeys(row[1] for row in rows):
        points = [(int(row[0].replace(",", "")), float(row[3])) for row in rows if row[1] == kind]
        axes.plot(*zip(*points, strict=True), marker="o", label="one repository" if kind == "one" else f"{kind} repositories")
    axes.set(title="growth", xlabel="files", ylabel="CPU seconds", ylim=(0, None))
    axes.legend()


def _svg(figure: Figure) -> str:
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None})
    return text.getvalue()


FIGURES = {"imports.svg": (import_figure, "architecture.md"), "performance.svg": (performance_figure, "performance.md")}


def figures() -> Iterator[tuple[str, str]]:
    """Yield the path and the SVG of each figure of the site."""
    for path, (draw, page) in FIGURES.items():
        yield path, draw((DOCS / page).read_text(encoding="utf-8"))
