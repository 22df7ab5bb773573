"""`s3lint server`, driven over the protocol by an editor that waits for diagnostics."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types
from pytest_lsp import LanguageClient

from support.editor import APP, CONFIG, Editor, applied, at, line

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("server")]

STORE = 's3.upload_file("a.pdf", "acme-raw", "reports/a.pdf", ExtraArgs={"ContentType": "application/pdf"})\n'
BOTO3 = 'import boto3\n\ns3 = boto3.client("s3")\n'


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("workspace")


@pytest_lsp.fixture(scope="module", config=CONFIG)
async def client(lsp_client: LanguageClient, root: Path) -> AsyncIterator[None]:
    await Editor(lsp_client).start(root)
    yield
    await lsp_client.shutdown_session()


@pytest.fixture
def editor(client: LanguageClient) -> Iterator[Editor]:
    made = Editor(client)
    yield made
    made.close_all()


@pytest.fixture
def project(root: Path, request: pytest.FixtureRequest) -> Path:
    """A project of its own for each test, in the one workspace."""
    folder = root / request.node.name
    folder.mkdir()
    (folder / "s3lint.toml").write_text("")
    return folder


async def test_a_finding_is_shown_as_it_is_typed_and_cleared_on_close(editor: Editor, project: Path) -> None:
    uri = editor.open((project / "app.py").as_uri(), BOTO3)
    await editor.shown(uri)
    end = types.Position(3, 0)
    editor.change(uri, STORE, types.Range(end, end))
    (found,) = await editor.shown(uri, "STO201")
    assert found.range == types.Range(types.Position(3, 24), types.Position(3, 34))
    assert found.severity is types.DiagnosticSeverity.Warning
    assert found.code_description is not None
    assert found.code_description.href.endswith("/hardcoded-bucket/")
    assert found.data["fix"]["safe"] is False
    editor.close(uri)
    await editor.shown(uri)


async def test_a_document_may_be_opened_again_at_once(editor: Editor, project: Path) -> None:
    for _ in range(5):
        uri = editor.open((project / "app.py").as_uri(), BOTO3 + STORE)
        await editor.shown(uri, "STO201")
        editor.close(uri)
    await editor.shown(uri)


async def test_typing_faster_than_checking_ends_with_the_last_text(editor: Editor, project: Path) -> None:
    uri = editor.open((project / "app.py").as_uri(), BOTO3)
    for count in range(30):
        editor.change(uri, BOTO3 + STORE * (count % 3))
    editor.change(uri, BOTO3 + STORE)
    await editor.shown(uri, "STO201")


async def test_unsaved_text_of_an_imported_module_wins_and_its_dependents_follow(editor: Editor, project: Path) -> None:
    (project / "config.py").write_text('KEY = "reports/a.pdf"\n')
    app = editor.open((project / "app.py").as_uri(), APP)
    config = editor.open((project / "config.py").as_uri(), 'KEY = "reports/a.pdf"\n')
    await editor.shown(app)
    await editor.shown(config)
    editor.change(config, '# The key\nKEY = "reports/a.png"\n')
    await editor.shown(app, "STO302")
    editor.change(config, "KEY = (\n")
    editor.change(app, APP + "\n")
    await editor.shown(app, "STO302")
    editor.change(config, 'KEY = "reports/a.pdf"\n')
    await editor.shown(app)
    editor.change(config, 'KEY = "a.pdf"\n')
    (found,) = await editor.shown(config, "STO211")
    assert found.related_information is not None
    assert [place.location.uri for place in found.related_information] == [app]
    editor.change(app, APP.replace("KEY,", "'reports/' + KEY,"))
    await editor.shown(config)
    editor.change(config, 'KEY = "a.png"\n')
    await editor.shown(app, "STO302")
    editor.close(config)
    await editor.shown(app)


async def test_a_text_that_cannot_be_read_keeps_what_was_shown(editor: Editor, project: Path) -> None:
    uri = editor.open((project / "app.py").as_uri(), BOTO3 + STORE)
    (before,) = await editor.shown(uri, "STO201")
    editor.change(uri, BOTO3 + STORE + "def broken(:\n")
    other = editor.open((project / "other.py").as_uri(), BOTO3 + STORE)
    await editor.shown(other, "STO201")
    assert editor.codes(uri) == ["STO201"]
    editor.save(uri)
    (found,) = await editor.shown(uri, "STO900")
    assert (found.range.start.line, found.severity) == (4, types.DiagnosticSeverity.Error)
    editor.change(uri, BOTO3 + STORE)
    assert await editor.shown(uri, "STO201") == [before]


@pytest.mark.parametrize(
    "text", ["(" * 5000, "\0", "import boto3\n\f\x1c\u2028x = (\n", "# -*- coding: nonsense -*-\nimport boto3\n", "\r\r\n\n\r"]
)
async def test_no_text_ends_the_server(editor: Editor, root: Path, text: str) -> None:
    folder = root / "broken"
    folder.mkdir(exist_ok=True)
    (folder / "s3lint.toml").write_text("")
    uri = editor.open((folder / "app.py").as_uri(), text)
    editor.change(uri, text + BOTO3, at(0, 0))
    editor.change(uri, BOTO3 + STORE)
    await editor.shown(uri, "STO201")
    editor.close(uri)


async def test_columns_count_utf_16_and_lines_end_where_python_ends_them(editor: Editor, project: Path) -> None:
    text = BOTO3 + '\f\nname = "\u2028"; ' + STORE.replace('"a.pdf"', '"🪣🪣.pdf"')
    uri = editor.open((project / "app.py").as_uri(), text)
    (found,) = await editor.shown(uri, "STO201")
    before = 'name = "\u2028"; s3.upload_file("🪣🪣.pdf", '
    assert found.range.start == types.Position(4, len(before) + 2)
    edit = await editor.chosen(await editor.actions(uri, found.range), "Read it from the environment")
    assert 's3.upload_file("🪣🪣.pdf", os.environ["S3_BUCKET_NAME"], "reports/a.pdf"' in applied_lines(text, edit)
    editor.change(uri, "🪣", types.Range(types.Position(4, 0), types.Position(4, 0)))
    editor.change(uri, "", types.Range(types.Position(4, 0), types.Position(4, 2)))
    editor.change(uri, "# x\n", at(3, 0))
    await editor.until(lambda: any(each.range.start.line == 5 for each in editor.client.diagnostics[uri]))


def applied_lines(text: str, edit: types.TextDocumentEdit) -> str:
    """Applies edits to a text in which `str.splitlines` would find too many lines."""
    return applied(text.replace("\f", "\x0e").replace("\u2028", "\u2027"), edit)


async def test_fixes_are_offered_labelled_and_versioned(editor: Editor, project: Path) -> None:
    text = BOTO3 + 's3.upload_file("a.pdf", BUCKET, "reports/a.pdf")\n' * 2 + STORE
    uri = editor.open((project / "app.py").as_uri(), text)
    await editor.shown(uri, "STO201", "STO301", "STO301")
    safe = await editor.actions(uri, line(3))
    assert next(title for title in safe if title.startswith("Fix all 2 findings of STO301 missing-content-type in this file"))
    edit = await editor.chosen(safe, "Fix all 2 findings")
    assert edit.text_document.version == 1
    assert applied(text, edit).count("application/pdf") == 3
    unsafe = await editor.actions(uri, line(5))
    (title,) = (title for title in unsafe if title.startswith("Read it"))
    assert title.endswith("(STO201, unsafe)")
    assert not unsafe[title].is_preferred
    every = await editor.actions(uri, line(5), "source.fixAll")
    assert [action.kind for action in every.values()] == ["source.fixAll.s3lint"]
    fixed = applied(text, await editor.chosen(every, "Apply all safe"))
    assert fixed.count("application/pdf") == 3
    assert '"acme-raw"' in fixed


async def test_a_finding_is_allowed_with_a_reason(editor: Editor, project: Path) -> None:
    text = BOTO3 + STORE
    uri = editor.open((project / "app.py").as_uri(), text)
    await editor.shown(uri, "STO201")
    edit = await editor.chosen(await editor.actions(uri, line(3)), "Suppress STO201")
    changed = applied(text, edit)
    assert changed.endswith("# s3lint: allow[STO201] TODO: add a reason\n")
    editor.change(uri, changed)
    await editor.shown(uri)
    bare = changed.replace(" TODO: add a reason", "")
    editor.change(uri, bare)
    await editor.shown(uri, "STO201", "STO901")
    for code in ("STO201", "STO901"):
        assert applied(bare, await editor.chosen(await editor.actions(uri, line(3)), f"Suppress {code}")) == changed


async def test_the_rule_is_shown(editor: Editor, project: Path) -> None:
    uri = editor.open((project / "app.py").as_uri(), BOTO3 + STORE)
    await editor.shown(uri, "STO201")
    actions = await editor.actions(uri, line(3))
    assert "Show the rule STO201 hardcoded-bucket" in actions
    await editor.client.workspace_execute_command_async(types.ExecuteCommandParams("s3lint.showRule", ["STO201"]))
    assert [shown.uri for shown in editor.client.shown_documents][-1:] == [
        "https://s3lint.github.io/s3lint/rules/hardcoded-bucket/"
    ]


async def test_an_unused_suppression_is_unnecessary(editor: Editor, project: Path) -> None:
    uri = editor.open((project / "app.py").as_uri(), BOTO3 + "x = 1  # s3lint: allow[STO201] once\n")
    (found,) = await editor.shown(uri, "STO902")
    assert list(found.tags or ()) == [types.DiagnosticTag.Unnecessary]


async def test_hovers(editor: Editor, project: Path) -> None:
    text = BOTO3 + STORE.rstrip() + "  # s3lint: allow[hardcoded-bucket, STO5, STO9999] one account\n"
    uri = editor.open((project / "app.py").as_uri(), text)
    row = text.splitlines()[3]
    assert (await editor.hover(uri, 3, row.index("hardcoded-bucket"))).startswith("# STO201 hardcoded-bucket")
    assert "- STO501 non-delta-format" in await editor.hover(uri, 3, row.index("STO5,") + 1)
    assert "No rule is called STO9999" in await editor.hover(uri, 3, row.index("STO9999") + 1)
    believed = await editor.hover(uri, 3, 5)
    assert 'Bucket: "acme-raw"' in believed
    assert "More: s3lint check --explain app.py:4" in believed
    assert "silent" not in believed
    assert await editor.hover(uri, 1, 0) == ""


async def test_codes_are_completed_inside_a_suppression(editor: Editor, project: Path) -> None:
    text = BOTO3 + 'x = "🪣"  # s3lint: allow[STO201, mis\n'
    uri = editor.open((project / "app.py").as_uri(), text)
    place = types.Position(3, len(text.splitlines()[3]) + 1)
    params = types.CompletionParams(types.TextDocumentIdentifier(uri), place)
    found = await editor.client.text_document_completion_async(params)
    assert isinstance(found, types.CompletionList)
    labels = [item.label for item in found.items]
    assert {"STO301", "missing-content-type"} <= set(labels)
    assert "STO201" not in labels
    edit = found.items[0].text_edit
    assert isinstance(edit, types.TextEdit)
    assert edit.range == types.Range(types.Position(3, place.character - 3), place)
    params.position = types.Position(2, 3)
    assert await editor.client.text_document_completion_async(params) is None


async def test_a_change_of_the_configuration_is_obeyed(editor: Editor, project: Path) -> None:
    uri = editor.open((project / "app.py").as_uri(), BOTO3 + STORE)
    await editor.shown(uri, "STO201")
    (project / "s3lint.toml").write_text('ignore = ["STO201"]\n')
    editor.touched(project / "s3lint.toml")
    await editor.shown(uri)
    (project / "s3lint.toml").write_text('ignroe = ["STO201"]\n')
    editor.touched(project / "s3lint.toml")
    await editor.told("did you mean ignore")


async def test_a_module_that_changes_on_disk_is_read_again(editor: Editor, project: Path) -> None:
    (project / "config.py").write_text('KEY = "reports/a.pdf"\n')
    uri = editor.open((project / "app.py").as_uri(), APP)
    await editor.shown(uri)
    (project / "config.py").write_text('KEY = "reports/a.png"\n')
    editor.touched(project / "config.py")
    await editor.shown(uri, "STO302")


async def test_notebook_cells_are_one_module(editor: Editor, project: Path) -> None:
    uri = (project / "a.ipynb").as_uri()
    cells = [f"vscode-notebook-cell:{uri[7:]}#{index}" for index in range(3)]
    texts = ["import boto3\ns3 = boto3.client('s3')\n%time", "# Stores files", STORE.rstrip()]
    kinds = [types.NotebookCellKind.Code, types.NotebookCellKind.Markup, types.NotebookCellKind.Code]
    languages = ["python", "markdown", "python"]
    made = types.NotebookDocument(
        uri, "jupyter-notebook", 1, [types.NotebookCell(kind, cell) for kind, cell in zip(kinds, cells, strict=True)]
    )
    items = [types.TextDocumentItem(*each) for each in zip(cells, languages, [1, 1, 1], texts, strict=True)]
    editor.client.notebook_document_did_open(types.DidOpenNotebookDocumentParams(made, items))
    (found,) = await editor.shown(cells[2], "STO201")
    assert found.range.start == types.Position(0, 24)
    assert editor.codes(cells[0]) == []
    edit = await editor.chosen(await editor.actions(cells[2], line(0)), "Suppress STO201")
    assert edit.text_document.uri == cells[2]
    assert 'Bucket: "acme-raw"' in await editor.hover(cells[2], 0, 5)
    change = types.NotebookDocumentCellContentChanges(
        types.VersionedTextDocumentIdentifier(2, cells[2]),
        [types.TextDocumentContentChangePartial(types.Range(types.Position(0, 24), types.Position(0, 34)), "BUCKET")],
    )
    changed = types.NotebookDocumentChangeEvent(cells=types.NotebookDocumentCellChanges(text_content=[change]))
    editor.client.notebook_document_did_change(
        types.DidChangeNotebookDocumentParams(types.VersionedNotebookDocumentIdentifier(2, uri), changed)
    )
    await editor.shown(cells[2])
    closed = [types.TextDocumentIdentifier(cell) for cell in cells]
    editor.client.notebook_document_did_close(types.DidCloseNotebookDocumentParams(types.NotebookDocumentIdentifier(uri), closed))


async def test_uris_are_answered_as_they_are_spelt(editor: Editor, project: Path) -> None:
    folder = project / "a b ü"
    folder.mkdir()
    for uri in (
        f"{project.as_uri()}/a%20b%20%C3%BC/app.py",
        f"{project.as_uri()}/a%20b%20%c3%bc/%61pp2.py",
        "file:///c%3A/Users/me/app.py",
        "file:///C:/Users/me/other.py",
        "untitled:Untitled-1",
    ):
        editor.open(uri, BOTO3 + STORE)
        await editor.shown(uri, "STO201")


async def test_a_file_is_the_same_by_every_link_to_it(editor: Editor, project: Path) -> None:
    (project / "real.py").write_text('KEY = "reports/a.pdf"\n')
    (project / "config.py").symlink_to(project / "real.py")
    app = editor.open((project / "app.py").as_uri(), APP)
    await editor.shown(app)
    editor.open((project / "real.py").as_uri(), 'KEY = "reports/a.png"\n')
    await editor.shown(app, "STO302")


async def test_a_file_outside_the_workspace_is_checked_alone(editor: Editor, tmp_path: Path) -> None:
    below = tmp_path / "below"
    below.mkdir()
    (below / "s3lint.toml").write_text('ignore = ["STO201"]\n')
    outside = editor.open((tmp_path / "app.py").as_uri(), BOTO3 + STORE)
    await editor.shown(outside, "STO201")
    inside = editor.open((below / "app.py").as_uri(), BOTO3 + STORE)
    await editor.shown(inside)
