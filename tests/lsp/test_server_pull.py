"""`s3lint server` with an editor that asks for diagnostics itself and counts bytes, over two projects at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_lsp
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from pytest_lsp import LanguageClient

from support.editor import APP, CONFIG, Editor, applied, capabilities, line

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("server-pull")]

TEXT = 'import boto3\n\nboto3.client("s3").copy({"Bucket": BUCKET, "Key": "🪣"}, "acme-raw", "reports/a.pdf")\n'
CAN = capabilities(types.PositionEncodingKind.Utf8, types.PositionEncodingKind.Utf16, pull=True)


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two projects; the second ignores what the first reports."""
    found = [tmp_path_factory.mktemp(name) for name in ("one", "two")]
    for root, table in zip(found, ("", 'ignore = ["STO201"]\n'), strict=True):
        (root / "s3lint.toml").write_text(table)
        (root / "app.py").write_text(TEXT)
        (root / "broken.py").write_text(TEXT + "def broken(:\n")
        (root / "venv").mkdir()
        (root / "venv" / "app.py").write_text(TEXT)
    return found


@pytest_lsp.fixture(scope="module", config=CONFIG)
async def client(lsp_client: LanguageClient, roots: list[Path]) -> AsyncIterator[None]:
    await Editor(lsp_client).start(*roots, can=CAN, options={"run": "onSave"})
    yield
    await lsp_client.shutdown_session()


@pytest.fixture
def editor(client: LanguageClient) -> Iterator[Editor]:
    made = Editor(client)
    yield made
    made.close_all()


async def pulled(editor: Editor, uri: str, known: str | None = None) -> types.DocumentDiagnosticReport:
    params = types.DocumentDiagnosticParams(types.TextDocumentIdentifier(uri), previous_result_id=known)
    return await editor.client.text_document_diagnostic_async(params)


async def found(editor: Editor, uri: str) -> list[types.Diagnostic]:
    report = await pulled(editor, uri)
    assert isinstance(report, types.RelatedFullDocumentDiagnosticReport)
    return list(report.items)


async def test_each_project_has_its_own_configuration(editor: Editor, roots: list[Path]) -> None:
    uris = [editor.open((root / "app.py").as_uri(), TEXT) for root in roots]
    assert [[each.code for each in await found(editor, uri)] for uri in uris] == [["STO201"], []]
    assert await found(editor, editor.open((roots[0] / "venv" / "app.py").as_uri(), TEXT)) == []


async def test_columns_count_bytes(editor: Editor, roots: list[Path]) -> None:
    uri = editor.open((roots[0] / "app.py").as_uri(), TEXT)
    (diagnostic,) = await found(editor, uri)
    row = TEXT.splitlines()[2]
    assert diagnostic.range.start == types.Position(2, len(row[: row.index('"acme-raw"')].encode()))
    edit = await editor.chosen(await editor.actions(uri, diagnostic.range), "Read it from the environment")
    assert '"Key": "🪣"}, os.environ["S3_BUCKET_NAME"], "reports' in applied(TEXT, edit, "utf-8")


async def test_what_did_not_change_is_not_sent_again(editor: Editor, roots: list[Path]) -> None:
    uri = editor.open((roots[0] / "app.py").as_uri(), TEXT)
    first = await pulled(editor, uri)
    assert isinstance(first, types.RelatedFullDocumentDiagnosticReport)
    editor.change(uri, TEXT + "\n")
    again = await pulled(editor, uri, first.result_id)
    assert (again.kind, again.result_id) == ("unchanged", first.result_id)
    editor.change(uri, TEXT + "def broken(:\n")
    assert (await pulled(editor, uri, first.result_id)).kind == "unchanged"
    assert [each.code for each in await found(editor, uri)] == ["STO900"]
    editor.change(uri, "")
    assert await found(editor, uri) == []


async def test_nothing_is_pushed(editor: Editor, roots: list[Path]) -> None:
    uri = editor.open((roots[0] / "app.py").as_uri(), TEXT)
    await found(editor, uri)
    editor.close(uri)
    assert editor.client.diagnostics == {}


async def test_the_whole_workspace_is_pulled(editor: Editor, roots: list[Path]) -> None:
    report = await editor.client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams([]))
    names = {item.uri: [each.code for each in item.items] for item in report.items if item.kind == "full"}
    one, two = roots
    assert names == {
        (one / "app.py").as_uri(): ["STO201"],
        (one / "broken.py").as_uri(): ["STO900"],
        (two / "broken.py").as_uri(): ["STO900"],
    }
    known = [types.PreviousResultId(item.uri, item.result_id or "") for item in report.items]
    again = await editor.client.workspace_diagnostic_async(types.WorkspaceDiagnosticParams(known))
    assert {item.kind for item in again.items} == {"unchanged"}


async def test_a_request_that_is_cancelled_stops(editor: Editor, roots: list[Path]) -> None:
    editor.touched(roots[0] / "app.py")
    request = asyncio.ensure_future(
        editor.client.protocol.send_request_async(types.WORKSPACE_DIAGNOSTIC, types.WorkspaceDiagnosticParams([]), msg_id="stop")
    )
    await asyncio.sleep(0)
    editor.client.cancel_request(types.CancelParams("stop"))
    with pytest.raises(JsonRpcException, match="cancel"):
        await request


async def test_a_client_is_asked_to_pull_again_where_others_changed(editor: Editor, roots: list[Path]) -> None:
    config = editor.open((roots[0] / "config.py").as_uri(), 'KEY = "reports/a.pdf"\n')
    app = editor.open((roots[0] / "follows.py").as_uri(), APP)
    assert await found(editor, app) == []
    await found(editor, config)
    count = editor.client.diagnostic_refresh_count
    editor.change(config, 'KEY = "reports/a.png"\n')
    await found(editor, config)
    assert [each.code for each in await found(editor, app)] == ["STO302"]
    assert editor.client.diagnostic_refresh_count == count + 1


async def test_fixes_of_one_rule_are_made_when_chosen(editor: Editor, roots: list[Path]) -> None:
    text = TEXT + 'boto3.client("s3").upload_file("a.pdf", BUCKET, "reports/a.pdf")\n' * 2
    uri = editor.open((roots[0] / "app.py").as_uri(), text)
    offered = await editor.actions(uri, line(3), "quickfix")
    assert all(action.edit is None for title, action in offered.items() if title.startswith("Fix all"))
    fixed = applied(text, await editor.chosen(offered, "Fix all 2 findings of STO301"), "utf-8")
    assert fixed.count("application/pdf") == 2
